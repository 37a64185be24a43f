"""`python -m cnai_gitops` is `cnai`.

Must not: do anything else.
"""

from __future__ import annotations

from cnai_gitops.cli import main

if __name__ == "__main__":
    main()
