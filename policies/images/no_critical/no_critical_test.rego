package cnai.images.no_critical_test

import data.cnai.images.no_critical as rule

found(vulnerabilities) := answer if {
	answer := rule.deny with data.scans as {"sha256:1": {"vulnerabilities": vulnerabilities}}
		with input as {"documents": [{"id": "x", "tier": "prod", "images": [{"path": "p", "image": "a", "digest": "sha256:1"}]}]}
}

test_good if {
	found([]) == set()
	found([{"id": "C-1", "severity": weight} | some weight in ["high", "medium", "low", "negligible", "none"]]) == set()
}

test_bad if {
	some finding in found([{"id": "C-1", "severity": "critical", "fixed": true, "package": "ssl"}])
	finding.path == "p#C-1"
	endswith(finding.msg, "in ssl, severity critical, repaired in a newer package")
}

test_each_vulnerability_is_a_finding if count(found([{"id": "C-1", "severity": "critical"}, {"id": "C-2", "severity": "critical"}])) == 2

test_unknown_counts_as_critical if {
	every odd in [{"id": "C-1", "severity": "unknown"}, {"id": "C-1"}, {"severity": null}, {"id": "C-1", "severity": "High"}] {
		count(found([odd])) == 1
	}
}
