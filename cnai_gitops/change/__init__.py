"""Changes of a user's files that are done the same way each time: a canary's next step and the way back, and a newer spelling.

Must not: write files, render, or touch a line that the change is not about.
"""
