package cnai.reliability.disruption_budget_test

import data.cnai.reliability.disruption_budget as rule

service := {"id": "s", "app": "a", "stage": "serve.s", "env": "prod", "tier": "prod", "cluster": "eu1", "min_replicas": 3}

selected_by(budgets) := object.union(service, {"templates": [{"path": "spec.template.spec", "budgets": budgets}]})

budget(id, spec) := {"id": id, "spec": object.union({"selector": {"matchLabels": {"app": "a"}}}, spec)}

found(one) := answer if {
	answer := {[finding.id, finding.msg] | some finding in rule.deny} with data.services as [one]
}

with_budget(spec) := found(selected_by([budget("b", spec)]))

test_good if {
	every spec in [{"maxUnavailable": 1}, {"minAvailable": 2}, {"minAvailable": "50%"}, {"maxUnavailable": "1%"}] {
		with_budget(spec) == set()
	}
}

test_a_budget_that_lets_nobody_go if {
	every spec in [
		{"maxUnavailable": 0}, {"maxUnavailable": "0%"}, {"minAvailable": 3}, {"minAvailable": "100%"},
		{"minAvailable": "67%"}, {}, {"minAvailable": 1, "maxUnavailable": 1}, {"maxUnavailable": "ten"}, {"minAvailable": null},
	] {
		[finding[0] | some finding in with_budget(spec)] == ["b"]
	}
}

test_no_budget_selects if {
	none := {["s", "no PodDisruptionBudget selects the pods of service serve.s of a"]}
	found(selected_by([])) == none
	found(object.union(service, {"templates": []})) == none
}

test_every_template_needs_its_own if {
	one := {"path": "x", "budgets": [budget("b", {"maxUnavailable": 1})]}
	found(object.union(service, {"templates": [one, {"path": "y", "budgets": []}]})) == {["s", "no PodDisruptionBudget selects the pods of service serve.s of a"]}
	last := {"path": "y", "budgets": [budget("c", {"maxUnavailable": 0})]}
	[finding[0] | some finding in found(object.union(service, {"templates": [one, last]}))] == ["c"]
}

test_two_budgets_select if {
	one := {"maxUnavailable": 1}
	found(selected_by([budget("b", one), budget("c", one)])) == {["s", "2 PodDisruptionBudgets select the pods of service serve.s of a: b, c"]}
	apart := {"templates": [{"path": "x", "budgets": [budget("b", one)]}, {"path": "y", "budgets": [budget("c", one)]}]}
	found(object.union(service, apart)) == set()
}

test_too_few_replicas if {
	every replicas in [0, 1, null, "many"] {
		count(found(object.union(selected_by([budget("b", {"maxUnavailable": 1})]), {"min_replicas": replicas}))) == 1
	}
}

test_only_production_is_asked if {
	every tier in ["dev", "staging"] { found(object.union(selected_by([]), {"tier": tier})) == set() }
	count(found(object.union(selected_by([]), {"tier": "moon"}))) == 1
}
