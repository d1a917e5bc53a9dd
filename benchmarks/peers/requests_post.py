"""pandas + requests.Session: read the workbook, group by lead, post one lead after the other.

requests_post.py SHEET ROOT MOST

Posts the first MOST leads only: it goes on as it began, and a whole run would take half an hour.
"""

import json
import sys
import time

import pandas as pd
import requests

from benchmarks.peers.bodies import actions_of, address

sheet, root, most = sys.argv[1], sys.argv[2], int(sys.argv[3])
begin = time.perf_counter()
frame = pd.read_excel(sheet, dtype=str, keep_default_na=False, engine="openpyxl")
leads = [(str(lead), rows.to_dict("records")) for lead, rows in frame.groupby("Lead ID")]
ready = time.perf_counter()
with requests.Session() as session:
    session.headers["Authorization"] = "Bearer token"
    for lead, rows in leads[:most]:
        session.post(address(root, lead), json=actions_of(rows), timeout=60).raise_for_status()
done = {"read_s": ready - begin, "post_s": time.perf_counter() - ready}
print(json.dumps({"rows": len(frame), "leads": len(leads), "posted": len(leads[:most]), **done}))
