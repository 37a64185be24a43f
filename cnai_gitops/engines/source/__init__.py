"""What datasets lie in.

Must not: hold code; each variant is a file of its own.
"""
