package cnai.security.closed_network_test

import data.cnai.security.closed_network as rule

found(spec) := answer if {
	answer := {finding.path | some finding in rule.deny} with input as {"documents": [{
		"id": "x", "tier": "prod", "object": {"kind": "NetworkPolicy", "spec": spec},
	}]}
}

peer(one) := found({"egress": [{"to": [one]}]})

named := {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}

test_good if {
	found({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}) == set()
	found({"ingress": [], "egress": []}) == set()
	every one in [
		named,
		{"podSelector": {}},
		{"podSelector": {"matchLabels": {"a": "b"}}, "namespaceSelector": {}},
		{"podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}, "namespaceSelector": {}},
		{"namespaceSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}},
		{"ipBlock": {"cidr": "10.0.0.0/8"}},
		{"ipBlock": {"cidr": "{{network}}"}},
	] {
		peer(one) == set()
	}
}

test_nobody_is_named if {
	found({"ingress": [{}]}) == {"spec.ingress[0].from"}
	found({"egress": [{}]}) == {"spec.egress[0].to"}
	found({"egress": [{"to": [named]}, {"to": [], "ports": [{"port": 53}]}]}) == {"spec.egress[1].to"}
	found({"ingress": [{"from": null}]}) == {"spec.ingress[0].from"}
	peer({}) == {"spec.egress[0].to[0]"}
}

test_everybody_is_named if {
	every cidr in ["0.0.0.0/0", "128.0.0.0/1", "::/0"] {
		peer({"ipBlock": {"cidr": cidr}}) == {"spec.egress[0].to[0].ipBlock.cidr"}
	}
	every one in [{"namespaceSelector": {}}, {"namespaceSelector": {"matchLabels": {}}, "podSelector": {}}] {
		peer(one) == {"spec.egress[0].to[0].namespaceSelector"}
	}
	found({"ingress": [{"from": [named, {"namespaceSelector": {}}]}]}) == {"spec.ingress[0].from[1].namespaceSelector"}
}
