"""The pack as Rego: format, strictness, tests, coverage, metadata, capabilities."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from cnai_gitops.check.gate.rego import metadata, read_files
from cnai_gitops.check.gate.rules import Rule
from cnai_gitops.system.data import policies_dir

ONLY_REGO = ("--ignore", "*.yaml,*.json")


def ran(*argv: str | Path) -> str:
    done = subprocess.run([str(part) for part in argv], cwd=policies_dir(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_format(opa: Path) -> None:
    assert ran(opa, "fmt", "--list", ".") == ""


def test_strict_and_without_banned_builtins(opa: Path) -> None:
    ran(opa, "check", "--strict", *ONLY_REGO, "--capabilities", "capabilities.json", ".")


def test_rego_tests_cover_every_line(opa: Path) -> None:
    report = json.loads(ran(opa, "test", ".", *ONLY_REGO, "--coverage", "--threshold", "100"))
    assert report["coverage"] == 100
    ran(opa, "test", ".", *ONLY_REGO)


def test_every_rule_has_tests(rules: dict[str, Rule]) -> None:
    assert len(rules) >= 12
    for rule in rules.values():
        assert (rule.folder / f"{rule.id.partition('.')[2]}_test.rego").is_file()


def test_metadata_reads_as_opa_reads_it(opa: Path) -> None:
    seen = json.loads(ran(opa, "inspect", "--annotations", "--format", "json", "."))
    by_place = {
        (item["location"]["file"], item["annotations"]["title"]): item["annotations"]
        for item in seen["annotations"]
        if item["annotations"]["scope"] == "package"
    }
    files, findings = read_files([policies_dir()])
    assert findings == []
    ours = {(file.path, metadata(file)["title"]): metadata(file) for file in files}
    assert set(ours) == set(by_place)
    for key, record in ours.items():
        theirs = by_place[key]
        assert {name: theirs[name] for name in record} == record


def test_not_is_never_asked_of_a_call_on_a_bare_field() -> None:
    """`not f(x.y)` is undefined, so the rule is silent, when x has no y. Each such argument goes through object.get, or is
    a key that the gate requires of its input."""
    required = {"service.min_replicas", "service.tier", "total.peak", "total.quota", "budget.spec"}
    asked = set()
    for file in read_files([policies_dir()])[0]:
        for line in file.text.splitlines():
            call = re.search(r"\bnot (?!object\.get)[\w.]+(?:\((.*)\)| in )", line)
            if call and "object.get" not in line:
                asked |= set(re.findall(r"\b[a-z_]+(?:\.[a-z_]+)+(?![\w(.])", call[1] or line.partition("not ")[2].partition(" in ")[0]))
    assert asked == required


def test_capabilities_are_those_of_the_pinned_opa(opa: Path) -> None:
    script = policies_dir().parent / "tools" / "capabilities.py"
    made = subprocess.run([sys.executable, str(script), str(opa)], capture_output=True, text=True, check=True).stdout
    assert made == (policies_dir() / "capabilities.json").read_text()
    known = json.loads(made)
    names = {entry["name"] for entry in known["builtins"]}
    assert known["allow_net"] == []
    assert not names & {"http.send", "opa.runtime", "net.lookup_ip_addr", "rand.intn", "uuid.rfc4122", "time.now_ns", "trace"}
    assert {"count", "object.get", "sprintf"} <= names
