"""pandas' C reader reads a CSV, every column as text."""

import json
import sys

import pandas as pd

frame = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
print(json.dumps({"rows": len(frame)}))
