package cnai.governance.residency_test

import data.cnai.governance.residency as rule

use := {"id": "x", "tier": "prod", "env": "prod", "cluster": "eu1", "dataset": "d", "jurisdiction": "EU"}

record(where) := {"d": {"jurisdictions": ["EU"], "locations": {"prod/eu1": {"jurisdiction": where}}}}

paths(one, known) := answer if {
	answer := {finding.path | some finding in rule.deny} with data.uses as [one] with data.datasets as known
}

test_good if paths(use, record("EU")) == set()

test_code_elsewhere if paths(object.union(use, {"jurisdiction": "US"}), record("EU")) == {"datasets.d.residency"}

test_data_elsewhere if paths(use, record("US")) == {"datasets.d.locations"}

test_unknown if {
	paths(object.remove(use, ["jurisdiction"]), record("EU")) == {"datasets.d.residency"}
	paths(use, {"d": {"jurisdictions": ["EU"]}}) == {"datasets.d.locations"}
	paths(use, {}) == {"datasets.d.locations", "datasets.d.residency"}
}
