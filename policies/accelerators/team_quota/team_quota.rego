# METADATA
# title: Teams stay within their quota
# description: |-
#   What all applications of a team can hold at their peak in an environment, class by class, fits its quota. The
#   totals come from the ledger; a total that cannot be told, or that nothing bounds, does not fit.
# custom:
#   id: accelerators.team_quota
#   scope: totals
#   severity: {dev: deny, staging: deny, prod: deny}
#   help: lower replicas, parallelism or accelerators per replica, or raise the team's quota in environment.yaml
#   waivable: true
#   max_waiver_days: 14
#   controls: {owasp_llm: [LLM10], nist_rmf: [GOVERN 1.6]}
#   since: 0.1.0
package cnai.accelerators.team_quota

import data.lib.result

deny contains result.new(rego.metadata.chain(), subject, path, message) if {
	some total in data.ledger.teams
	not fits(total)
	subject := {"id": blamed(total), "tier": total.tier}
	path := sprintf("teams.%s.quota.%s", [total.team, total.class])
	message := sprintf("team %s in %s, accelerator class %s: %s", [total.team, total.env, total.class, fault(total)])
}

fits(total) if {
	known(total)
	total.peak == 0
}

fits(total) if {
	known(total)
	is_number(total.quota)
	total.peak <= total.quota
}

known(total) if {
	is_number(total.peak)
	object.get(total, "unknown", []) == []
}

fault(total) := sprintf("cannot tell the peak (%s)", [concat("; ", total.unknown)]) if {
	count(object.get(total, "unknown", [])) > 0
} else := "nothing bounds the peak" if {
	not is_number(total.peak)
} else := sprintf("the peak is %v and no quota is declared", [total.peak]) if {
	not is_number(total.quota)
} else := sprintf("the peak is %v and the quota %v", [total.peak, total.quota])

# The document to look at first: the one whose peak is not known, else the largest, else the first by name.
blamed(total) := max(array.concat([[-1, ""]], [[weight(id, total.class), id] | some id in total.ids]))[1]

default weight(_, _) := 0

weight(id, class) := peak if {
	peak := data.ledger.documents[id].peak[class]
	is_number(peak)
}

weight(id, class) := 1000000000 if data.ledger.documents[id].peak[class] == null
