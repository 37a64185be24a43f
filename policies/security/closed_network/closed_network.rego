# METADATA
# title: No policy opens the network
# description: |-
#   A NetworkPolicy names whom it lets in and out. A rule without a peer, a peer of every address and one of every namespace
#   undo the default that denies everything; so does a policy for every pod that is none of the platform's.
# custom:
#   id: security.closed_network
#   scope: unit
#   severity: {dev: warn, staging: deny, prod: deny}
#   help: name the namespaces, pods or networks that are needed; those of an environment are its cidrs
#   waivable: true
#   max_waiver_days: 30
#   controls: {nsa: [network separation], gdpr: ["32"]}
#   since: 0.3.0
package cnai.security.closed_network

import data.lib.result

deny contains result.new(rego.metadata.chain(), document, path, message) if {
	some [document, path, message] in faults
}

widest := 7 # a network with a shorter prefix is a good part of all addresses

sides := {"egress": "to", "ingress": "from"}

rules contains [document, path, object.get(rule, sides[side], [])] if {
	some document in input.documents
	document.object.kind == "NetworkPolicy"
	some side in object.keys(sides)
	some i, rule in document.object.spec[side]
	path := sprintf("spec.%s[%d].%s", [side, i, sides[side]])
}

faults contains [document, path, "the rule names nobody, so it opens the network to everybody"] if {
	some [document, path, peers] in rules
	peers in [[], null]
}

faults contains [document, place, message] if {
	some [document, path, peers] in rules
	some i, peer in peers
	some [field, message] in too_wide(peer)
	place := sprintf("%s[%d]%s", [path, i, field])
}

too_wide(peer) := {[".ipBlock.cidr", sprintf("network %s is a good part of all addresses", [peer.ipBlock.cidr])]} if {
	to_number(regex.find_n(`[0-9]+$`, peer.ipBlock.cidr, 1)[0]) <= widest
} else := {[".namespaceSelector", "every namespace is let through"]} if {
	selects_all(peer.namespaceSelector)
	object.get(peer, ["podSelector", "matchLabels"], {}) == {}
	object.get(peer, ["podSelector", "matchExpressions"], []) == []
} else := {["", "the peer names nobody"]} if {
	object.keys(peer) & {"ipBlock", "namespaceSelector", "podSelector"} == set()
} else := set()

selects_all(selector) if {
	object.get(selector, "matchLabels", {}) == {}
	object.get(selector, "matchExpressions", []) == []
}
