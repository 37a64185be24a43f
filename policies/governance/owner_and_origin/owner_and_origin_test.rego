package cnai.governance.owner_and_origin_test

import data.cnai.governance.owner_and_origin as rule

use := {"id": "x", "tier": "prod", "env": "prod", "cluster": "eu1", "app": "a", "dataset": "d", "access": "read"}

messages(record) := answer if {
	answer := {finding.msg | some finding in rule.deny} with data.uses as [use] with data.datasets as record
}

test_good if messages({"d": {"owner": "risk", "origin": "the shop"}}) == set()

test_each_is_asked_for if {
	count(messages({"d": {"owner": "", "origin": "the shop"}})) == 1
	count(messages({"d": {"owner": "risk", "origin": null}})) == 1
	count(messages({"d": {"owner": 7}})) == 2
	count(messages({})) == 2
}
