"""What a reviewer sees: differences between two sets of objects, what they cost in accelerators, pictures and cards.

Must not: print, read files or git, judge, or know how manifests are made. Everything here is a pure function.
"""
