"""Print the capabilities of the pinned OPA without whatever reaches the network, the clock, chance or the environment.

tools/capabilities.py OPA > policies/capabilities.json
"""

from __future__ import annotations

import json
import subprocess
import sys

BANNED = {"http.send", "net.lookup_ip_addr", "opa.runtime", "rand.intn", "time.now_ns", "trace", "uuid.rfc4122"}


def restricted(capabilities: dict[str, object]) -> dict[str, object]:
    """The same document without the banned built-ins and without any host; raises KeyError when OPA lacks one of them."""
    builtins = {entry["name"]: entry for entry in capabilities["builtins"]}  # type: ignore[attr-defined]
    for name in BANNED:
        del builtins[name]  # a renamed built-in must be noticed
    return {**capabilities, "builtins": list(builtins.values()), "allow_net": []}


def main(opa: str) -> None:
    """Write the document to stdout, one built-in a line, so that an upgrade shows a readable difference."""
    shown = subprocess.run([opa, "capabilities", "--current"], check=True, capture_output=True)
    document = restricted(json.loads(shown.stdout))
    lines = [f"  {json.dumps(key)}: {_block(value)}" for key, value in sorted(document.items())]
    sys.stdout.write("{\n" + ",\n".join(lines) + "\n}\n")


def _block(value: object) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(f"    {json.dumps(item, sort_keys=True)}" for item in value) + "\n  ]"
    return json.dumps(value, sort_keys=True)


if __name__ == "__main__":
    main(sys.argv[1])
