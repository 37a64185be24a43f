"""One folder a role, one file a variant: its spec and its compile; nothing else knows it. A new variant is one new file.

Must not: hold anything that two variants share (`parts` does); no variant imports another one.
"""
