"""Engines that run one training.

Must not: hold code; each variant is a file of its own.
"""
