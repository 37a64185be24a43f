package cnai.security.least_privilege_test

import data.cnai.security.least_privilege as rule

found(body) := answer if {
	answer := {finding.path | some finding in rule.deny} with input as {"documents": [{
		"id": "x", "tier": "prod",
		"object": object.union({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "x", "namespace": "n"}}, body),
	}]}
}

of_rule(change) := found({"rules": [object.union({"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}, change)]})

binding(role, subject) := found({"kind": "RoleBinding", "roleRef": role, "subjects": [subject]})

own := {"kind": "Role", "name": "x"}

account := {"kind": "ServiceAccount", "name": "x", "namespace": "n"}

test_good if {
	of_rule({}) == set()
	of_rule({"verbs": ["create", "delete", "deletecollection", "list", "patch", "update", "watch"]}) == set()
	binding(own, account) == set()
	binding(own, {"kind": "ServiceAccount", "name": "x"}) == set()
	found({"apiVersion": "v1", "rules": [{"verbs": ["*"]}]}) == set()
}

test_rules if {
	every verb in ["*", "bind", "escalate", "impersonate"] { of_rule({"verbs": ["get", verb]}) == {"rules[0].verbs[1]"} }
	every resource in ["*", "*/scale", "secrets", "pods/exec"] { of_rule({"resources": [resource]}) == {"rules[0].resources[0]"} }
	of_rule({"apiGroups": ["*"]}) == {"rules[0].apiGroups[0]"}
	found({"kind": "ClusterRole", "aggregationRule": {}}) == {"aggregationRule"}
}

test_bindings if {
	every role in [{"kind": "ClusterRole", "name": "cluster-admin"}, {"kind": "ClusterRole", "name": "view"}, {}] {
		binding(role, account) == {"roleRef.kind"}
	}
	every subject in [
		{"kind": "Group", "name": "system:authenticated"},
		{"kind": "User", "name": "x"},
		{},
	] {
		binding(own, subject) == {"subjects[0].kind"}
	}
	binding(own, {"kind": "ServiceAccount", "name": "x", "namespace": "other"}) == {"subjects[0].namespace"}
	found({"kind": "ClusterRoleBinding", "roleRef": own}) == set()
}
