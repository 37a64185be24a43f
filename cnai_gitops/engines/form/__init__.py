"""How accelerators of a class are handed out.

Must not: hold code; each variant is a file of its own.
"""
