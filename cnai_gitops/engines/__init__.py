"""One file an engine: its spec variant and its compile; nothing else knows it. A new engine is one new file.

Must not: hold anything that two engines share (`workflow.py` in `compile`, `secure.py` in `resources` do).
"""
