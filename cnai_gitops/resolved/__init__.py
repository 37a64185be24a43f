"""Resolved: every owner on every target, compiled and patched once, as all later rooms read it.

Must not: make a text of a manifest, judge or compare.
"""
