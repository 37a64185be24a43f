# METADATA
# title: Images have no critical vulnerability
# description: |-
#   No scan names a critical vulnerability in an image, repaired or not. A vulnerability of unknown weight counts as
#   critical. Whether there is a scan at all is the question of images.scan_fresh.
# custom:
#   id: images.no_critical
#   scope: images
#   severity: {dev: warn, staging: deny, prod: deny}
#   help: rebuild the image with the repaired package, or waive this one vulnerability with a reason and an end date
#   waivable: true
#   max_waiver_days: 30
#   controls: {nist_rmf: [MEASURE 2.7], owasp_llm: [LLM03], nsa: [scan containers]}
#   since: 0.1.0
package cnai.images.no_critical

import data.lib.k8s
import data.lib.result

harmless := {"high", "medium", "low", "negligible", "none"}

deny contains result.new(rego.metadata.chain(), document, path, message) if {
	some {"document": document, "body": image} in k8s.every_image
	some vulnerability in critical[image.digest]
	path := sprintf("%s#%s", [image.path, vulnerability.id])
	message := sprintf(
		"image %q has %s in %s, severity %s, %s",
		[image.image, vulnerability.id, vulnerability.package, vulnerability.severity, cure(vulnerability)],
	)
}

# Computed once for each digest, however many documents run the image.
critical := {digest: found |
	some digest, scan in data.scans
	found := [object.union(unknown, vulnerability) |
		some vulnerability in scan.vulnerabilities
		not object.get(vulnerability, "severity", "unknown") in harmless
	]
}

unknown := {"id": "an unnamed vulnerability", "package": "an unnamed package", "severity": "unknown"}

default cure(_) := "not repaired yet"

cure(vulnerability) := "repaired in a newer package" if vulnerability.fixed == true
