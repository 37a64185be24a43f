package lib.result_test

import data.lib.result

chain := [{"path": ["a"]}, {"annotations": {"custom": {
	"id": "area.rule",
	"severity": {"dev": "warn", "prod": "deny"},
	"help": "do this",
}}}]

test_says_about_whom_where_and_what if {
	result.new(chain, {"id": "x", "tier": "dev"}, "spec", "words") == {
		"msg": "words", "rule": "area.rule", "id": "x", "path": "spec", "severity": "warn",
		"help": "do this",
	}
}

test_what_is_not_known_is_judged_as_in_production if {
	result.new(chain, {}, "", "words").severity == "deny"
	result.new(chain, {"id": "x", "tier": "moon"}, "", "words").severity == "deny"
}
