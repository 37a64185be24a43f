# METADATA
# title: Findings
# description: The only place that builds a finding. A rule says about whom, where and what; its metadata says the rest.
package lib.result

# The finding of the rule whose annotations are in `chain`. The subject is anything with an id and a tier: a document,
# a use of a dataset, a service. A subject of unknown tier is judged as in production.
new(chain, subject, path, message) := {
	"msg": message,
	"rule": rule.id,
	"id": object.get(subject, "id", ""),
	"path": path,
	"severity": object.get(rule.severity, object.get(subject, "tier", "prod"), "deny"),
	"help": rule.help,
} if {
	rule := [custom | some link in chain; custom := link.annotations.custom][0]
}
