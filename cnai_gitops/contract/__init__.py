"""The contract between the plan and the engines: what an engine is told, and what it gives back.

Must not: compile anything, or name an engine.
"""
