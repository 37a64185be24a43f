"""The lock of synced CRD schemas: what lies in schemas/crds is what was taken over.

Must not: fetch anything, or read the schemas as schemas.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from cnai_gitops.check.schemas.published import LARGEST
from cnai_gitops.findings import Finding, Location
from cnai_gitops.source.files import Files, SourceError, list_files
from cnai_gitops.source.json import parse_json

FOLDER = "schemas/crds"


def check_lock(root: Path) -> list[Finding]:
    """CNAI408 for each synced schema that is missing, changed or not in the lock; nothing where none was synced."""
    folder = root / FOLDER
    if not folder.is_dir():
        return []
    with Files(root, limit=LARGEST) as files:
        try:
            wanted = dict(parse_json(files.text(f"{FOLDER}/lock.json"), f"{FOLDER}/lock.json")["sha256"])
        except SourceError as error:
            return [_finding("lock.json", f"cannot be read: {error.findings[0].message}")]
        except (KeyError, TypeError, ValueError):
            return [_finding("lock.json", "is no list of digests")]
        try:
            names = [path for path in list_files(root, FOLDER, [".json"]) if path != f"{FOLDER}/lock.json"]
            have = {path.rpartition("/")[2]: hashlib.sha256(files.content(path)).hexdigest() for path in names}
        except SourceError as error:
            return list(error.findings)
    words = dict.fromkeys(wanted.keys() - have.keys(), "is in the lock but not in the folder")
    words |= dict.fromkeys(have.keys() - wanted.keys(), "is not in the lock")
    words |= {name: "is not what was synced" for name in have.keys() & wanted.keys() if have[name] != wanted[name]}
    return [_finding(name, words[name]) for name in sorted(words)]


def _finding(name: str, words: str) -> Finding:
    path = f"{FOLDER}/{name}"
    cure = "run `cnai schemas sync` again and commit the result"
    return Finding(code="CNAI408", message=f"{path} {words}", location=Location(path, 1), help=cure)
