package cnai.security.inside_services_test

import data.cnai.security.inside_services as rule

found(body) := answer if {
	answer := {finding.path | some finding in rule.deny} with input as {"documents": [{
		"id": "x", "tier": "prod", "object": object.union({"apiVersion": "v1", "kind": "Service"}, body),
	}]}
}

test_good if {
	every spec in [{}, {"type": "ClusterIP"}, {"clusterIP": "None"}, {"externalIPs": [], "externalName": ""}] {
		found({"spec": spec}) == set()
	}
	found({}) == set()
	found({"kind": "Deployment", "spec": {"type": "LoadBalancer"}}) == set()
}

test_bad if {
	every type in ["LoadBalancer", "NodePort", "{{type}}", null] { found({"spec": {"type": type}}) == {"spec.type"} }
	found({"spec": {"type": "ExternalName", "externalName": "x.example.com"}}) == {"spec.type", "spec.externalName"}
	found({"spec": {"externalIPs": ["10.0.0.1"]}}) == {"spec.externalIPs"}
}
