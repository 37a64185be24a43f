"""Whole files in a step's pod: strict JSON in, atomic writes out.

Must not: know what a file means, or follow the rules of a user's repository (the pod's volumes are the step's own).
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

LARGEST_JSON = 4 * 1024 * 1024
"""Bytes; a metrics or settings file above this is a mistake, and reading it would only hide that."""


def json_of(text: str) -> Any:
    """The value of a JSON text; NaN, infinities and keys said twice raise ValueError."""
    return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique)


def read_json(path: Path) -> Any:
    """The value in a JSON file of at most 4 MiB; anything else raises ValueError or OSError."""
    with path.open("rb") as file:
        data = file.read(LARGEST_JSON + 1)
    if len(data) > LARGEST_JSON:
        raise ValueError(f"larger than {LARGEST_JSON} bytes")
    return json_of(data.decode("utf-8"))


def json_text(value: Any) -> str:
    """JSON with sorted keys and a final newline: same value, same bytes. NaN raises ValueError."""
    return json.dumps(value, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n"


def write_whole(path: Path, text: str) -> None:
    """Replace a file at once, so that a reader or a killed pod never leaves half of it; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        Path(name).chmod(0o644)  # mkstemp makes 0600, and the next step runs as another user
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is not a number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"key {key!r} appears twice")
        found[key] = value
    return found
