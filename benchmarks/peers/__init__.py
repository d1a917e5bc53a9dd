"""The peers: what somebody would write in half an hour with a good library, and no more.

Each is a script of its own (`python -m benchmarks.peers.NAME`), so that it pays for its imports as
we pay for ours, and prints one line of JSON: what it has done, to be held against the sheet.
"""
