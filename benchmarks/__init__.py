"""How fast, side by side: ours and its peers, on the same files, in the same run.

python -m benchmarks            the whole table of docs/performance.md
python -m benchmarks --tiny     the same on inputs that take no time, to see that it works
"""
