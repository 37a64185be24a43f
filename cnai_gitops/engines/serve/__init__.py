"""Engines that answer requests with a model.

Must not: hold code; each variant is a file of its own.
"""
