package lib.k8s_test

import data.lib.k8s

deployment := {"metadata": {"name": "d"}, "kind": "Deployment", "spec": {"template": {
	"metadata": {"labels": {"app": "d"}, "annotations": {"a": "b"}},
	"spec": {"containers": [{"name": "c"}], "initContainers": ["text"]},
}}}

document := {
	"id": "x", "tier": "prod", "object": deployment,
	"pods": [
		{"path": "spec.template.spec", "at": ["spec", "template", "spec"]},
		{
			"path": "templates[0]", "places": {"containers[0]": "templates[0].container"},
			"spec": {"containers": [{"name": "t"}, {"name": "u"}]},
		},
		{"path": "gone", "at": ["spec", "gone"]},
		{"path": "odd", "spec": null},
		{"path": "bare"},
	],
}

test_pods_of_each_form if {
	pods := [k8s.pod_of(document, pod) | some pod in document.pods]
	pods[0].spec.containers[0].name == "c"
	pods[0].annotations == {"a": "b"}
	pods[1].spec.containers[0].name == "t"
	pods[1].annotations == {}
	pods[2].spec == {}
	pods[3].spec == {}
	pods[4].spec == deployment
}

test_containers_of_every_list if {
	found := {container.path: container.body | some container in k8s.every_container} with input as {"documents": [document]}
	found["spec.template.spec.containers[0]"] == {"name": "c"}
	found["spec.template.spec.initContainers[0]"] == {}
	found["templates[0].container"] == {"name": "t"}
	found["templates[0].containers[1]"] == {"name": "u"}
}
