"""The lock of synced CRD schemas: what lies in schemas/crds is what was taken over.

Must not: fetch anything, or read the schemas as schemas.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import orjson

from cnai_gitops.findings import Finding, Location

FOLDER = "schemas/crds"


def check_lock(root: Path) -> list[Finding]:
    """CNAI408 for each synced schema that is missing, changed or not in the lock; nothing where none was synced."""
    folder = root / FOLDER
    if not folder.is_dir():
        return []
    try:
        wanted = dict(orjson.loads((folder / "lock.json").read_bytes())["sha256"])
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return [_finding("lock.json", "cannot be read")]
    have = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.json") if path.name != "lock.json"}
    words = dict.fromkeys(wanted.keys() - have.keys(), "is in the lock but not in the folder")
    words |= dict.fromkeys(have.keys() - wanted.keys(), "is not in the lock")
    words |= {name: "is not what was synced" for name in have.keys() & wanted.keys() if have[name] != wanted[name]}
    return [_finding(name, words[name]) for name in sorted(words)]


def _finding(name: str, words: str) -> Finding:
    path = f"{FOLDER}/{name}"
    cure = "run `cnai schemas sync` again and commit the result"
    return Finding(code="CNAI408", message=f"{path} {words}", location=Location(path, 1), help=cure)
