"""Whether the version that runs is one that cnai.toml asks for.

Must not: read files, or go on when it is not: what another version means by a text is not for this one to say.
"""

from __future__ import annotations

from typing import Any

from cnai_gitops import __version__
from cnai_gitops.findings import Finding
from cnai_gitops.source.places import Place
from cnai_gitops.source.versions import EXAMPLE, above, satisfies


def unmet(wanted: Any, place: Place) -> Finding | None:
    """What is wrong with `requires` for the version that runs; None when nothing is."""
    location = place.locate(("requires",))
    try:
        if not isinstance(wanted, str):
            raise ValueError("it must be text")
        if satisfies(__version__, wanted):
            return None
    except ValueError as error:
        message, cure = f"requires is no range of versions: {error}", f'for example requires = "{EXAMPLE}"'
        return Finding(code="CNAI101", message=message, location=location, help=cure, path="requires")
    install = f'install what it asks for: pip install "cnai-gitops{wanted}"'
    cure = f"run `cnai migrate` to rewrite the files for {__version__}, or {install}" if above(__version__, wanted) else install
    message = f"these files require cnai-gitops {wanted}, and {__version__} is installed"
    return Finding(code="CNAI109", message=message, location=location, help=cure, path="requires")
