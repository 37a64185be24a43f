package cnai.reliability.disruption_budget_test

import data.cnai.reliability.disruption_budget as rule

service := {"id": "s", "app": "a", "stage": "serve.s", "env": "prod", "tier": "prod", "cluster": "eu1", "min_replicas": 3}

workload(namespace) := {
	"id": "s", "env": "prod", "cluster": "eu1", "tier": "prod",
	"pods": [{"path": "spec.template.spec", "at": ["spec", "template", "spec"]}],
	"object": {
		"kind": "Deployment", "metadata": {"name": "s", "namespace": namespace},
		"spec": {"template": {"metadata": {"labels": {"app": "a", "component": "s"}}}},
	},
}

budget(id, namespace, spec) := {"id": id, "env": "prod", "cluster": "eu1", "pods": [], "object": {
	"kind": "PodDisruptionBudget",
	"metadata": {"name": id, "namespace": namespace}, "spec": spec,
}}

mine := {"matchLabels": {"app": "a", "component": "s"}}

found(one, documents) := answer if {
	answer := {[finding.id, finding.msg] | some finding in rule.deny} with data.services as [one]
		with input as {"documents": documents}
}

with_budget(spec) := found(service, [workload("n"), budget("b", "n", object.union({"selector": mine}, spec))])

test_good if {
	every spec in [{"maxUnavailable": 1}, {"minAvailable": 2}, {"minAvailable": "50%"}, {"maxUnavailable": "1%"}] {
		with_budget(spec) == set()
	}
	found(service, [workload("n"), budget("b", "n", {"maxUnavailable": 1, "selector": {}})]) == set()
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
	found(service, [workload("n")]) == none
	found(service, [workload("n"), budget("b", "other", {"maxUnavailable": 1, "selector": mine})]) == none
	found(service, [workload("n"), budget("b", "n", {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "a", "component": "t"}}})]) == none
	found(service, [workload("n"), budget("b", "n", {"maxUnavailable": 1})]) == none
	found(service, []) == none
}

test_two_budgets_select if {
	spec := {"maxUnavailable": 1, "selector": mine}
	wide := {"maxUnavailable": 1, "selector": {"matchLabels": {"app": "a"}}}
	found(service, [workload("n"), budget("b", "n", spec), budget("c", "n", wide)]) == {["s", "2 PodDisruptionBudgets select the pods of service serve.s of a: b, c"]}
}

test_too_few_replicas if {
	documents := [workload("n"), budget("b", "n", {"maxUnavailable": 1, "selector": mine})]
	every replicas in [0, 1, null, "many"] {
		count(found(object.union(service, {"min_replicas": replicas}), documents)) == 1
	}
}

test_only_production_is_asked if {
	every tier in ["dev", "staging"] { found(object.union(service, {"tier": tier}), []) == set() }
	count(found(object.union(service, {"tier": "moon"}), [])) == 1
}

test_an_inference_service_is_selected_by_its_name if {
	selector := {"matchLabels": {"serving.kserve.io/inferenceservice": "s", "component": "predictor"}}
	inference := object.union(workload("n"), {"pods": [], "object": {"kind": "InferenceService"}})
	found(service, [inference, budget("b", "n", {"maxUnavailable": 1, "selector": selector})]) == set()
}
