"""Who chooses the trials of a training and runs them.

Must not: hold code; each variant is a file of its own.
"""
