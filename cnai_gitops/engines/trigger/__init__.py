"""Triggers that decide how many replicas a service has.

Must not: hold code; each variant is a file of its own.
"""
