package lib.result_test

import data.lib.result

chain := [{"path": ["a"]}, {"annotations": {"custom": {
	"id": "area.rule",
	"severity": {"dev": "warn", "prod": "deny"},
	"help": "do this",
}}}]

test_places_the_finding_where_the_subject_came_from if {
	finding := result.new(chain, {"id": "x", "tier": "dev"}, "spec", "words") with data.sources as {"x": {"file": "f", "line": 7, "col": 3}}
	finding == {
		"msg": "words", "rule": "area.rule", "id": "x", "path": "spec", "severity": "warn",
		"help": "do this", "_loc": {"file": "f", "line": 7}, "col": 3,
	}
}

test_a_subject_without_a_place_stays_visible if {
	result.new(chain, {"id": "x", "tier": "dev"}, "", "words")._loc == {"file": "?", "line": 1} with data.sources as {}
	result.new(chain, {"id": "x", "tier": "dev"}, "", "words")._loc == {"file": "?", "line": 1}
}

test_what_is_not_known_is_judged_as_in_production if {
	result.new(chain, {}, "", "words").severity == "deny"
	result.new(chain, {"id": "x", "tier": "moon"}, "", "words").severity == "deny"
}
