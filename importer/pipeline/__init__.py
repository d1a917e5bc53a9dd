"""Check, run, resume, report: the rooms wired together, usable as a library.

Nothing is imported here: a list of the runs waits for neither sheets nor HTTP.
"""
