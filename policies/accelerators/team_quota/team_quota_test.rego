package cnai.accelerators.team_quota_test

import data.cnai.accelerators.team_quota as rule

total := {"env": "prod", "tier": "prod", "team": "risk", "class": "h100", "peak": 8, "quota": 8, "unknown": [], "ids": ["small", "large"]}

documents := {"small": {"peak": {"h100": 2}}, "large": {"peak": {"h100": 6}}, "endless": {"peak": {"h100": null}}}

found(change) := answer if {
	answer := rule.deny with data.ledger as {"teams": [object.union(total, change)], "documents": documents}
}

said(change) := [finding.msg | some finding in found(change)][0]

test_good if {
	found({}) == set()
	found({"peak": 0, "quota": null}) == set()
	found({"peak": 0.5}) == set()
}

test_bad if {
	said({"peak": 9}) == "team risk in prod, accelerator class h100: the peak is 9 and the quota 8"
	endswith(said({"quota": null}), "the peak is 8 and no quota is declared")
	endswith(said({"quota": "64"}), "no quota is declared")
}

test_unknown if {
	endswith(said({"peak": null}), "nothing bounds the peak")
	endswith(said({"peak": "1"}), "nothing bounds the peak")
	endswith(said({"unknown": ["a", "b"]}), "cannot tell the peak (a; b)")
	endswith(said({"peak": 0, "unknown": ["a"]}), "cannot tell the peak (a)")
}

test_blames_the_largest if {
	{finding.id | some finding in found({"peak": 9})} == {"large"}
	{finding.id | some finding in found({"peak": null, "ids": ["large", "endless"]})} == {"endless"}
	{finding.id | some finding in found({"peak": 9, "ids": ["stranger"]})} == {"stranger"}
	{finding.id | some finding in found({"peak": 9, "ids": []})} == {""}
}

test_dev_is_no_exception if {finding.severity | some finding in found({"peak": 9, "tier": "dev"})} == {"deny"}
