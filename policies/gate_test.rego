package gate_test

import data.gate

found(rule) := [finding | some finding in gate.deny; finding.rule == rule]

test_counts_documents_and_names_the_rules if {
	count(found("gate.count")) == 1 with input as {"documents": []}
	some counted in found("gate.count") with input as {"documents": [
		{"pods": [], "images": []},
		{"pods": [], "images": [], "object": {}},
	]}
	counted.documents == 2
	"governance.purpose_match" in counted.rules
	not "lib.result" in counted.rules
}

test_collects_the_denials_of_a_rule if {
	use := {"id": "x", "env": "prod", "cluster": "eu1", "app": "a", "dataset": "d", "access": "read", "purpose": "p", "tier": "prod"}
	count(found("governance.purpose_match")) == 1 with input as {"documents": []} with data.uses as [use]
}

test_names_packages_of_another_depth if {
	packages := ["gate", "lib.result", "cnai.governance.purpose_match", "cnai.flat", "cnai.one.two.three", "cnai"]
	names := {finding.package | some finding in gate.deny} with input as {"documents": []} with data.run.packages as packages
	names == {"cnai.flat", "cnai.one.two.three", "cnai"}
}
