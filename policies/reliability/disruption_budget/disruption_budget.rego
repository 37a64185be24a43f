# METADATA
# title: Production services survive the drain of a node
# description: |-
#   Every production service has at least two replicas and exactly one PodDisruptionBudget whose selector matches its
#   pods, and at the smallest scale that budget still lets one pod go; else a node could never be drained. Kubernetes
#   refuses every eviction of a pod that two budgets select.
# custom:
#   id: reliability.disruption_budget
#   severity: {dev: warn, staging: warn, prod: deny}
#   help: at least two replicas, and one PodDisruptionBudget with maxUnavailable 1 that selects the pods of the service
#   waivable: true
#   max_waiver_days: 30
#   controls: {nist_rmf: [MEASURE 2.6], aiact: ["15"], cnai: [disaster recovery]}
#   since: 0.1.0
package cnai.reliability.disruption_budget

import data.lib.k8s
import data.lib.quantities
import data.lib.result

services := [service | some service in data.services; not service.tier in {"dev", "staging"}]

deny contains result.new(rego.metadata.chain(), service, "", message) if {
	some service in services
	not enough(service.min_replicas)
	message := sprintf("service %s of %s runs with %s replicas at least, not with two", [
		service.stage,
		service.app,
		json.marshal(service.min_replicas),
	])
}

enough(replicas) if quantities.whole(replicas) >= 2

deny contains result.new(rego.metadata.chain(), service, "", message) if {
	some service in services
	count(budgets_of(service)) == 0
	message := sprintf("no PodDisruptionBudget selects the pods of service %s of %s", [service.stage, service.app])
}

deny contains result.new(rego.metadata.chain(), service, "", message) if {
	some service in services
	selecting := budgets_of(service)
	count(selecting) > 1
	message := sprintf("%d PodDisruptionBudgets select the pods of service %s of %s: %s", [
		count(selecting),
		service.stage,
		service.app,
		concat(", ", sort([id | some id, _ in selecting])),
	])
}

deny contains result.new(rego.metadata.chain(), {"id": id, "tier": service.tier}, "spec", message) if {
	some service in services
	some id, budget in budgets_of(service)
	enough(service.min_replicas) # else no budget helps, which is said above
	not evictable(budget.object.spec, service.min_replicas)
	message := sprintf("at %s replicas the budget lets no pod go: %s", [
		json.marshal(service.min_replicas),
		json.marshal(object.remove(budget.object.spec, ["selector"])),
	])
}

# True when at least one of the replicas may be evicted. Both fields, neither, or what cannot be read: not true.
evictable(spec, replicas) if {
	not "minAvailable" in object.keys(spec)
	quantities.share(spec.maxUnavailable, quantities.whole(replicas)) >= 1
}

evictable(spec, replicas) if {
	not "maxUnavailable" in object.keys(spec)
	quantities.share(spec.minAvailable, quantities.whole(replicas)) < quantities.whole(replicas)
}

# The join. Each budget is filed under the rarest of its labels, so that a service looks at a handful of budgets
# and not at all of its namespace.
budgets_of(service) := {id: budget |
	document := documents[service.id]
	where := place(document)
	some labels in k8s.label_sets(document)
	some name, value in object.union(labels, {null: null})
	some id, budget in filed[[where, name, value]]
	k8s.selects(budget.object.spec.selector, labels)
}

wanted := {service.id | some service in services}

documents := {document.id: document |
	some document in input.documents
	wanted[document.id]
}

places := {place(document) | some document in documents}

# The budgets where such a service runs, each with its place.
budgets := [[where, budget] |
	some i
	input.documents[i].object.kind == "PodDisruptionBudget"
	budget := input.documents[i]
	where := place(budget)
	places[where]
]

place(document) := [document.env, document.cluster, object.get(document.object, ["metadata", "namespace"], "")]

# Each budget with the labels that it asks for, at its place; where it asks for none, null stands for one.
labelled := [[budget, shelves(where, object.get(budget.object, ["spec", "selector", "matchLabels"], {}))] |
	some [where, budget] in budgets
]

shelves(where, labels) := keys if {
	keys := [[where, name, value] | some name, value in labels]
	count(keys) > 0
} else := [[where, null, null]]

# `hits` is written so that OPA indexes it: all keys are grouped in one pass.
asked := [key | some [_, keys] in labelled; some key in keys]

popularity := {key: count(hits) |
	some i
	key := asked[i]
	hits := [j | asked[j] = key]
}

rarest(keys) := min([[popularity[key], key] | some key in keys])[1]

shelved[rarest(keys)][budget.id] := budget if some [budget, keys] in labelled

filed := shelved # as one value, so that it is built once
