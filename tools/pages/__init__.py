"""Pages: what the generated documents say. One file makes the pages of one subject.

Must not: write files.
"""
