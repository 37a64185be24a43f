"""The page of finding codes, from the catalogue.

Must not: hold a text of a code.
"""

from __future__ import annotations

from cnai_gitops.findings.catalogue import Entry, headings
from pages.tables import block, table

HEAD = """# Finding codes

What is wrong with your files, by code. `cnai explain CODE` says the same on the command line. Codes with a dot
(`governance.purpose_match`) are [policies](policies/README.md).

A finding is an `error` (the command exits with 1), a `warning` or an `info`."""


def pages() -> dict[str, str]:
    """One page for all codes."""
    texts = [HEAD]
    for heading, found in headings().items():
        texts += [f"## {heading}", table(["code", "title"], ([f"[{e.code}](#{e.code.lower()})", e.title] for e in found))]
        texts += [_section(entry) for entry in found]
    return {"codes.md": "\n\n".join(texts)}


def _section(entry: Entry) -> str:
    examples = [f"{title}:\n\n{block(text)}" for title, text in (("Wrong", entry.bad), ("Right", entry.good))]
    return "\n\n".join([f"### {entry.code}", f"**{entry.title}.**", entry.why, *examples, f"To mend it: {entry.fix}"])
