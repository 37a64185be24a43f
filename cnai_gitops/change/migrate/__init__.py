"""Files of an older version in the spelling of this one: the command `cnai migrate`.

Must not: write files; it says what they should hold. A file is changed by line, and only where the result, read again,
says exactly what the spelling means.
"""
