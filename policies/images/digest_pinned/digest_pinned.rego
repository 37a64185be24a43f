# METADATA
# title: Images are pinned by digest
# description: |-
#   An image is named by the digest of its content. A tag can point to something else tomorrow, so what was scanned and
#   reviewed would not be what runs.
# custom:
#   id: images.digest_pinned
#   scope: images
#   severity: {dev: warn, staging: deny, prod: deny}
#   help: put the digest (sha256 and 64 hexadecimal digits) of the image into the release file
#   waivable: false
#   max_waiver_days: 0
#   controls: {slsa: [Build L2], nsa: [scan containers], owasp_llm: [LLM03]}
#   since: 0.1.0
package cnai.images.digest_pinned

import data.lib.k8s
import data.lib.result

deny contains result.new(rego.metadata.chain(), document, image.path, message) if {
	some {"document": document, "body": image} in k8s.every_image
	not pinned(image)
	message := sprintf("image %q is not pinned by a digest", [image.image])
}

pinned(image) if {
	regex.match(`^sha256:[0-9a-f]{64}$`, image.digest)
	endswith(image.image, concat("", ["@", image.digest]))
}
