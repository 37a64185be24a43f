# METADATA
# title: Services stay inside
# description: |-
#   A Service is reached inside the cluster, and from outside through the environment's gateway alone. A load balancer or a
#   port of the nodes opens it beside the gateway, external addresses take traffic that is meant for others, and an external
#   name sends callers elsewhere.
# custom:
#   id: security.inside_services
#   scope: unit
#   severity: {dev: deny, staging: deny, prod: deny}
#   help: leave the type of the Service out; `public` of a serve stage makes a route through the gateway
#   waivable: true
#   max_waiver_days: 30
#   controls: {nsa: [network separation]}
#   since: 0.3.0
package cnai.security.inside_services

import data.lib.result

deny contains result.new(rego.metadata.chain(), document, path, message) if {
	some document in input.documents
	document.object.kind == "Service"
	some [path, message] in faults(object.get(document.object, "spec", {}))
}

faults(spec) := {fault | some fault in array.concat(array.concat(types(spec), addresses(spec)), names(spec))}

types(spec) := [["spec.type", sprintf("a Service of type %v is reached beside the gateway", [spec.type])]] if {
	object.get(spec, "type", "ClusterIP") != "ClusterIP"
} else := []

addresses(spec) := [["spec.externalIPs", "external addresses take traffic that is meant for others"]] if {
	object.get(spec, "externalIPs", []) != []
} else := []

names(spec) := [["spec.externalName", "an external name sends callers elsewhere"]] if {
	object.get(spec, "externalName", "") != ""
} else := []
