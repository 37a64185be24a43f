"""Where the package's own data lies: the policy pack, the schemas, the sources of the tools.

Must not: look into the user's repository or the current folder.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from cnai_gitops.errors import ToolError

_PACKAGE = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=1)
def data_dir() -> Path:
    """The folder that holds `policies`, `schemas` and `tools`: inside a wheel, or the root of a checkout.

    Raises ToolError when the installation is incomplete.
    """
    for folder in (_PACKAGE / "_data", _PACKAGE.parent):
        if (folder / "tools" / "go.mod").is_file():
            return folder
    raise ToolError(
        f"the data of cnai-gitops is missing beside {_PACKAGE}", help="install it again: pip install --force-reinstall cnai-gitops"
    )


def policies_dir() -> Path:
    """The built-in policy pack."""
    return data_dir() / "policies"


def schemas_dir() -> Path:
    """JSON Schemas of the files that users write, and the CRD lock."""
    return data_dir() / "schemas"


def tools_dir() -> Path:
    """The Go module of the pinned tools (go.mod, go.sum, our two programs)."""
    return data_dir() / "tools"
