"""What observe stages watch and emit.

Must not: hold code; each variant is a file of its own.
"""
