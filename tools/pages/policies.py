"""Pages of the built-in policies: one a rule, from its METADATA and its examples; and the table of README.md.

Must not: judge anything.
"""

from __future__ import annotations

from cnai_gitops.check.gate.rules import TIERS, Rule, read_rules
from cnai_gitops.system.data import policies_dir
from pages.tables import block, cell, code, table

EXAMPLES = {
    "good": "passes",
    "bad": "denied; every run plants it and proves that the rule still catches it",
    "unknown": "what is not known is not a pass",
    "waived": "an exception with an owner and an end; the finding stays in every report",
}


def pages() -> dict[str, str]:
    """A page for each rule, and their list."""
    rules = read_rules([policies_dir()])
    return {"policies/README.md": _list(rules), **{f"policies/{name}.md": _page(rule) for name, rule in rules.items()}}


def parts() -> dict[str, str]:
    """The rules for README.md."""
    return {"policies": _table(read_rules([policies_dir()]), "docs/reference/policies/")}


def _list(rules: dict[str, Rule]) -> str:
    head = "# Built-in policies\n\nOne page a rule. `cnai explain RULE` says the same on the command line. A denial fails `cnai check`.\n\n"
    return head + _table(rules, "")


def _table(rules: dict[str, Rule], folder: str) -> str:
    rows = [
        [f"[`{name}`]({folder}{name}.md)", rule.title, *(rule.severity[tier] for tier in TIERS), _waiver(rule)]
        for name, rule in rules.items()
    ]
    return table(["rule", "what it asks", *TIERS, "waiver"], rows)


def _waiver(rule: Rule) -> str:
    return f"{rule.max_waiver_days} days" if rule.waivable else "never"


def _page(rule: Rule) -> str:
    facts = [
        *([tier, rule.severity[tier]] for tier in TIERS),
        ["waiver", f"at most {rule.max_waiver_days} days" if rule.waivable else "not possible"],
        ["to mend it", cell(rule.help)],
        *([name, ", ".join(code(item) for item in items)] for name, items in sorted(rule.controls.items())),
        ["since", cell(rule.since)],
        *([["once called", ", ".join(code(name) for name in rule.aliases)]] if rule.aliases else []),
    ]
    texts = [f"# {rule.id}: {rule.title}", rule.description, table(["", ""], facts)]
    main = rule.folder / f"{rule.id.partition('.')[2]}.rego"
    source = main.read_text(encoding="utf-8")
    texts += ["## The rule", block(source[source.index("package ") :], "rego")]
    for name, words in EXAMPLES.items():
        file = rule.folder / "examples" / f"{name}.yaml"
        if file.is_file():
            texts += [f"## Example: {name}", f"{words[0].upper()}{words[1:]}.", block(file.read_text(encoding="utf-8"), "yaml")]
    return "\n\n".join(texts)
