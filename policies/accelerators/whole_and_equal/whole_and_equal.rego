# METADATA
# title: Accelerators are whole, and requests equal limits
# description: |-
#   Kubernetes cannot divide an accelerator or lend it: the count is a whole number in limits, and requests, where they
#   name it, say the same. This holds for every extended resource.
# custom:
#   id: accelerators.whole_and_equal
#   scope: unit
#   severity: {dev: warn, staging: deny, prod: deny}
#   help: write the same whole number in resources.limits and resources.requests
#   waivable: false
#   max_waiver_days: 0
#   controls: {cnai: [accelerator scheduling]}
#   since: 0.1.0
package cnai.accelerators.whole_and_equal

import data.lib.k8s
import data.lib.quantities
import data.lib.result

deny contains result.new(rego.metadata.chain(), container.document, path, message) if {
	some container in k8s.every_container
	some [place, message] in judged[container.body.resources]
	path := sprintf("%s.resources.%s", [container.path, place])
}

# Many containers ask for the same, so each distinct `resources` is looked at once.
asked := {container.body.resources | some container in k8s.every_container}

faults[resources] contains [sprintf("%s[%s]", [list, name]), message] if {
	some resources in asked
	some list in ["limits", "requests"]
	some name, value in resources[list]
	extended(name)
	not quantities.whole(value)
	message := sprintf("%s of %s is %s, not a whole number", [list, name, json.marshal(value)])
}

faults[resources] contains [sprintf("limits[%s]", [name]), message] if {
	some resources in asked
	some name, value in resources.requests
	extended(name)
	limit := object.get(resources, ["limits", name], null)
	not same(value, limit)
	message := sprintf("%s is requested as %s and limited to %s", [name, json.marshal(value), json.marshal(limit)])
}

judged := faults # as one value, so that it is built once

# Extended resources have a domain of their own; the domains of Kubernetes itself are divisible.
extended(name) if {
	domain := split(name, "/")[0]
	domain != name
	not regex.match(`(^|\.)kubernetes\.io$`, domain)
}

same(one, other) if quantities.whole(one) == quantities.whole(other)

# What is not whole is reported as such, not a second time as unequal.
same(one, _) if not quantities.whole(one)
