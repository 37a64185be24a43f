# METADATA
# title: Rights are few and named
# description: |-
#   No role has a wildcard, and none hands on rights, acts as somebody else, reads secrets or opens a shell in a pod. A binding
#   names a Role of its own namespace, and ServiceAccounts of it: a ClusterRole holds more than was read here, and a user or
#   group is more than the pods of one application.
# custom:
#   id: security.least_privilege
#   scope: unit
#   severity: {dev: deny, staging: deny, prod: deny}
#   help: name the resources and verbs that the pods need, in a Role of the namespace
#   waivable: true
#   max_waiver_days: 30
#   controls: {nsa: [least privilege], gdpr: ["32"]}
#   since: 0.3.0
package cnai.security.least_privilege

import data.lib.result

deny contains result.new(rego.metadata.chain(), document, path, message) if {
	some [document, path, message] in faults
}

rbac[document] if {
	some document in input.documents
	startswith(object.get(document.object, "apiVersion", ""), "rbac.authorization.k8s.io/")
}

dangerous_verbs := {"*", "bind", "escalate", "impersonate"}

dangerous_resources := {"*", "pods/attach", "pods/exec", "secrets", "serviceaccounts/token"}

faults contains [document, path, sprintf("verb %s is more than a pod needs", [verb])] if {
	some document in object.keys(rbac)
	some i, rule in document.object.rules
	some j, verb in rule.verbs
	verb in dangerous_verbs
	path := sprintf("rules[%d].verbs[%d]", [i, j])
}

faults contains [document, path, sprintf("resource %s is more than a pod needs", [resource])] if {
	some document in object.keys(rbac)
	some i, rule in document.object.rules
	some j, resource in rule.resources
	risky(resource)
	path := sprintf("rules[%d].resources[%d]", [i, j])
}

risky(resource) if resource in dangerous_resources

risky(resource) if startswith(resource, "*/")

faults contains [document, path, "every API group is more than a pod needs"] if {
	some document in object.keys(rbac)
	some i, rule in document.object.rules
	some j, group in rule.apiGroups
	group == "*"
	path := sprintf("rules[%d].apiGroups[%d]", [i, j])
}

faults contains [document, "aggregationRule", "what is aggregated later cannot be read here"] if {
	some document in object.keys(rbac)
	document.object.aggregationRule
}

faults contains [document, "roleRef.kind", sprintf("it binds %s %s, and not a Role of its namespace", [kind, name])] if {
	some document in object.keys(rbac)
	endswith(document.object.kind, "Binding")
	kind := object.get(document.object, ["roleRef", "kind"], "nothing")
	kind != "Role"
	name := object.get(document.object, ["roleRef", "name"], "")
}

faults contains [document, path, sprintf("it binds %s %s, and not a ServiceAccount of its namespace", [kind, name])] if {
	some document in object.keys(rbac)
	some i, subject in document.object.subjects
	kind := object.get(subject, "kind", "nothing")
	name := object.get(subject, "name", "")
	namespace := object.get(document.object, ["metadata", "namespace"], "")
	[kind, object.get(subject, "namespace", namespace)] != ["ServiceAccount", namespace]
	path := sprintf("subjects[%d].%s", [i, at_fault(kind)])
}

at_fault(kind) := "namespace" if {
	kind == "ServiceAccount"
} else := "kind"
