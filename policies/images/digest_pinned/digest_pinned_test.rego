package cnai.images.digest_pinned_test

import data.cnai.images.digest_pinned as rule

digest := sprintf("sha256:%064d", [7])

found(image, recorded) := answer if {
	answer := count(rule.deny) with input as {"documents": [{
		"id": "x", "tier": "prod",
		"images": [{"path": "p", "image": image, "digest": recorded}],
	}]}
}

test_good if {
	found(sprintf("reg:5000/a@%s", [digest]), digest) == 0
	found(sprintf("reg/a:1.2@%s", [digest]), digest) == 0
}

test_bad if {
	every image in ["a", "a:latest", "a@sha256:abc", "reg:5000/a", "{{inputs.parameters.image}}", ""] { found(image, "") == 1 }
	found(sprintf("a@%s", [upper(digest)]), upper(digest)) == 1
	found("a@sha256:abc", "sha256:abc") == 1
	found("a:latest", digest) == 1
	found(sprintf("a@sha512:%0128d", [7]), sprintf("sha512:%0128d", [7])) == 1
}
