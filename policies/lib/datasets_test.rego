package lib.datasets_test

import data.lib.datasets

use := {"dataset": "d", "env": "prod", "cluster": "eu1"}

test_joins_by_name if {
	known := {"d": {"owner": "risk", "locations": {"prod/eu1": {"uri": "s3://d"}}}}
	datasets.record(use).owner == "risk" with data.datasets as known
	datasets.location(use).uri == "s3://d" with data.datasets as known
	datasets.field(use, "owner") == "datasets.d.owner"
}

test_absent_records_are_empty if {
	datasets.record(use) == {} with data.datasets as {}
	datasets.location(use) == {} with data.datasets as {"d": {}}
}

test_personal_unless_it_is_said_that_it_is_not if {
	datasets.personal(use) with data.datasets as {"d": {"personal": true}}
	datasets.personal(use) with data.datasets as {"d": {}}
	datasets.personal(use) with data.datasets as {"d": {"personal": "no"}}
	datasets.personal(use) == false with data.datasets as {"d": {"personal": false}}
}

test_stated if {
	datasets.stated("x")
	every value in ["", "  ", null, 1, true] { datasets.stated(value) == false }
}
