# METADATA
# title: Production services survive the drain of a node
# description: |-
#   Every production service has at least two replicas and exactly one PodDisruptionBudget whose selector matches the
#   pods of those replicas, and at the smallest scale that budget still lets one pod go; else a node could never be
#   drained. Kubernetes refuses every eviction of a pod that two budgets select. Pods that stand beside the replicas (a
#   transformer, the head of a Ray cluster) are not asked.
# custom:
#   id: reliability.disruption_budget
#   scope: unit
#   severity: {dev: warn, staging: warn, prod: deny}
#   help: at least two replicas, and one PodDisruptionBudget with maxUnavailable 1 that selects the pods of the service
#   waivable: true
#   max_waiver_days: 30
#   controls: {nist_rmf: [MEASURE 2.6], aiact: ["15"], cnai: [disaster recovery]}
#   since: 0.1.0
package cnai.reliability.disruption_budget

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

deny contains result.new(rego.metadata.chain(), service, path, message) if {
	some service in services
	some path in unselected(service)
	message := sprintf("no PodDisruptionBudget selects the pods of service %s of %s", [service.stage, service.app])
}

# Paths of the pod templates that no budget selects; "" when there is no template at all.
unselected(service) := {""} if {
	count(service.templates) == 0
} else := {template.path | some template in service.templates; count(template.budgets) == 0}

deny contains result.new(rego.metadata.chain(), service, template.path, message) if {
	some service in services
	some template in service.templates
	count(template.budgets) > 1
	message := sprintf("%d PodDisruptionBudgets select the pods of service %s of %s: %s", [
		count(template.budgets),
		service.stage,
		service.app,
		concat(", ", sort([budget.id | some budget in template.budgets])),
	])
}

deny contains result.new(rego.metadata.chain(), {"id": budget.id, "tier": service.tier}, "spec", message) if {
	some service in services
	enough(service.min_replicas) # else no budget helps, which is said above
	some budget in service.templates[_].budgets
	not evictable(budget.spec, service.min_replicas)
	message := sprintf("at %s replicas the budget lets no pod go: %s", [
		json.marshal(service.min_replicas),
		json.marshal(object.remove(budget.spec, ["selector"])),
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
