"""What admits work within the quotas of teams.

Must not: hold code; each variant is a file of its own.
"""
