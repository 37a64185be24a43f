package cnai.accelerators.whole_and_equal_test

import data.cnai.accelerators.whole_and_equal as rule

found(resources) := answer if {
	answer := {finding.path | some finding in rule.deny} with input as {"documents": [{
		"id": "x", "tier": "prod", "object": {},
		"pods": [{"path": "spec", "spec": {"containers": [{"resources": resources}]}}],
	}]}
}

gpu := "nvidia.com/gpu"

test_good if {
	found({}) == set()
	found({"limits": {gpu: 2}}) == set()
	found({"limits": {gpu: "2", "cpu": "500m"}, "requests": {gpu: 2, "cpu": "250m"}}) == set()
	found({"limits": {"attachable.kubernetes.io/x": "0.5"}}) == set()
	found({"limits": {gpu: "0"}, "requests": {gpu: "0"}}) == set()
}

test_not_whole if {
	every value in ["0.5", "1k", "{{x}}", null, -1, ["2"]] {
		found({"limits": {gpu: value}}) == {"spec.containers[0].resources.limits[nvidia.com/gpu]"}
	}
	count(found({"limits": {gpu: "0.5"}, "requests": {gpu: "0.5"}})) == 2
}

test_not_equal if {
	found({"limits": {gpu: "2"}, "requests": {gpu: "1"}}) == {"spec.containers[0].resources.limits[nvidia.com/gpu]"}
	found({"requests": {gpu: "1"}}) == {"spec.containers[0].resources.limits[nvidia.com/gpu]"}
	found({"limits": {"amd.com/gpu": "1"}, "requests": {gpu: "1"}}) == {"spec.containers[0].resources.limits[nvidia.com/gpu]"}
}
