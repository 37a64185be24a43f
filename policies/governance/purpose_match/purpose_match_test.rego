package cnai.governance.purpose_match_test

import data.cnai.governance.purpose_match as rule

use := {"id": "x", "tier": "prod", "dataset": "d", "purpose": "fraud-detection"}

found(one, record) := answer if {
	answer := count(rule.deny) with data.uses as [one] with data.datasets as record
}

test_good if found(use, {"d": {"purposes": ["advertising", "fraud-detection"]}}) == 0

test_another_purpose if found(use, {"d": {"purposes": ["advertising"]}}) == 1

test_part_of_a_purpose if found(use, {"d": {"purposes": ["fraud-detection-research"]}}) == 1

test_unknown if {
	found(use, {}) == 1
	found(use, {"d": {}}) == 1
	found(object.remove(use, ["purpose"]), {"d": {"purposes": ["advertising"]}}) == 1
}

test_severity_follows_the_tier if {
	{finding.severity | some finding in rule.deny} == {"warn", "deny"} with data.datasets as {}
		with data.uses as [use, object.union(use, {"tier": "dev"})]
}
