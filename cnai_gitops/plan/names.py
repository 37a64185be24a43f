"""Names of objects: DNS labels, cut with a hash where a kind's limit is short.

Must not: know which kind has which limit.
"""

from __future__ import annotations

import hashlib


def fit(name: str, limit: int) -> str:
    """`name`, or its start and a hash of the whole when it is longer than `limit`; different names stay different."""
    if len(name) <= limit:
        return name
    tail = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{name[: limit - 7].rstrip('-')}-{tail}"
