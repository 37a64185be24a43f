package cnai.governance.encryption_test

import data.cnai.governance.encryption as rule

use := {"id": "x", "tier": "prod", "env": "prod", "cluster": "eu1", "dataset": "d"}

found(personal, location) := answer if {
	answer := count(rule.deny) with data.uses as [use]
		with data.datasets as {"d": {"personal": personal, "locations": {"prod/eu1": location}}}
}

test_good if {
	found(true, {"uri": "s3://d", "encryption": "sse-kms", "kms_key": "k"}) == 0
	found(true, {"uri": "s3://d", "encryption": "luks"}) == 0
	found(false, {"uri": "http://d"}) == 0
}

test_bad if {
	found(true, {"uri": "s3://d", "encryption": ""}) == 1
	found(true, {"uri": "s3://d", "encryption": "SSE-KMS", "kms_key": " "}) == 1
	found(true, {"uri": "HTTP://d", "encryption": "luks"}) == 1
	found(true, {"uri": "http://d", "encryption": "sse-kms"}) == 2
}

test_unknown if {
	found(true, {}) == 1
	found("no", {}) == 1
	count(rule.deny) == 1 with data.uses as [use] with data.datasets as {}
}
