package cnai.governance.access_log_test

import data.cnai.governance.access_log as rule

use := {"id": "x", "tier": "prod", "env": "prod", "cluster": "eu1", "dataset": "d"}

found(personal, location) := answer if {
	answer := count(rule.deny) with data.uses as [use]
		with data.datasets as {"d": {"personal": personal, "locations": {"prod/eu1": location}}}
}

test_good if {
	found(true, {"access_log": "s3://log"}) == 0
	found(true, {"access_log": true}) == 0
	found(false, {}) == 0
}

test_bad if {
	found(true, {"access_log": ""}) == 1
	found(true, {"access_log": false}) == 1
}

test_unknown if {
	found(true, {}) == 1
	count(rule.deny) == 1 with data.uses as [use] with data.datasets as {}
}
