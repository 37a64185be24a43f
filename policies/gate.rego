# METADATA
# title: Gate
# description: |-
#   The only package that conftest evaluates. It collects the denials of every rule, says how many documents it
#   saw and which rules it knows, and names each package that lies where no denial would be collected.
package gate

deny contains finding if {
	some area, rule
	some finding in data.cnai[area][rule].deny
}

deny contains {
	"msg": sprintf("%d documents were seen by %d rules", [count(input.documents), count(rules)]),
	"rule": "gate.count",
	"documents": count(input.documents),
	"rules": rules,
}

deny contains {
	"msg": sprintf("package %s is not cnai.<area>.<rule>, so its denials are not collected", [name]),
	"rule": "gate.depth",
	"package": name,
} if {
	some name in data.run.packages
	startswith(name, "cnai")
	not regex.match(`^cnai\.[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$`, name)
}

rules := [sprintf("%s.%s", [area, rule]) | some area, rule; data.cnai[area][rule].deny]
