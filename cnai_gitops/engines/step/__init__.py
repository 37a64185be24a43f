"""Engines that run one step of a prepare stage.

Must not: hold code; each variant is a file of its own.
"""
