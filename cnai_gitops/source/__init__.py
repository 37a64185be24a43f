"""User files in: safe reading, strict YAML and Python blueprints, each value with its file and line.

Must not: know what a blueprint means, write files, print. The only room that opens files of the user's tree.
"""

from __future__ import annotations
