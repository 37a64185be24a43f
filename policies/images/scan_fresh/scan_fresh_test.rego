package cnai.images.scan_fresh_test

import data.cnai.images.scan_fresh as rule

scan := {"complete": true, "collected_at": "2026-11-20T02:00:00Z", "database_at": "2026-11-19T00:00:00Z"}

found(tier, digest, scans) := answer if {
	answer := count(rule.deny) with data.scans as scans with data.run.at as "2026-11-24"
		with input as {"documents": [{"id": "x", "tier": tier, "images": [{"path": "p", "image": "a", "digest": digest}]}]}
}

but(change) := {"sha256:1": object.union(scan, change)}

test_good if {
	found("prod", "sha256:1", {"sha256:1": scan}) == 0
	found("dev", "sha256:1", but({"collected_at": "2026-10-30T00:00:00Z", "database_at": "2026-10-29T00:00:00Z"})) == 0
}

test_no_digest_is_for_another_rule if found("prod", "", {}) == 0

test_bad if {
	found("prod", "sha256:1", but({"collected_at": "2026-11-01T00:00:00Z", "database_at": "2026-11-01T00:00:00Z"})) == 1
	found("prod", "sha256:1", but({"database_at": "2026-11-01T00:00:00Z"})) == 1
	found("prod", "sha256:1", but({"complete": false})) == 1
	found("prod", "sha256:1", but({"collected_at": "2026-12-24T00:00:00Z", "database_at": "2026-12-24T00:00:00Z"})) == 1
}

test_unknown if {
	found("prod", "sha256:1", {}) == 1
	found("prod", "sha256:1", {"sha256:2": scan}) == 1
	found("prod", "sha256:1", {"sha256:1": {}}) == 3
	found("moon", "sha256:1", but({"collected_at": null})) == 2
	found("prod", "sha256:1", but({"complete": "yes"})) == 1
}
