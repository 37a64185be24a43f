"""One file a command; its `command` function (or `app` with sub-commands) is found by the file's name.

Must not: hold anything that two commands share.
"""
