"""How a new model takes over from the one that serves.

Must not: hold code; each variant is a file of its own.
"""
