"""dlt with a custom destination: it loads the rows, and hands them to a function that posts.

dlt_post.py SHEET ROOT MOST FOLDER

Posts the first MOST leads only, as `requests_post` does.
"""

import json
import sys
import time
from itertools import groupby
from operator import itemgetter

import dlt
import pandas as pd
import requests
from dlt.common.schema import TTableSchema
from dlt.common.typing import TDataItems

from benchmarks.peers.bodies import actions_of, address

sheet, root, most, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
session = requests.Session()
began = time.perf_counter()
posted: list[float] = []


def post(items: TDataItems, _table: TTableSchema) -> None:
    """Post a part of the rows, lead by lead."""
    for lead, own in groupby(items, key=itemgetter("Lead ID")):
        session.post(address(root, lead), json=actions_of(own), timeout=60).raise_for_status()
        posted.append(time.perf_counter())


frame = pd.read_excel(sheet, dtype=str, keep_default_na=False, engine="openpyxl")
frame = frame.sort_values("Lead ID", kind="stable")
leads = list(frame["Lead ID"].unique())
rows = frame[frame["Lead ID"].isin(leads[:most])].to_dict("records")
destination = dlt.destination(post, batch_size=1000, name="crm", naming_convention="direct")
pipeline = dlt.pipeline("benchmark", destination=destination, pipelines_dir=folder)
texts = {name: {"data_type": "text"} for name in frame.columns}
pipeline.run(rows, table_name="payments", columns=texts).raise_on_failed_jobs()
done = {"read_s": posted[0] - began, "post_s": posted[-1] - posted[0]}
print(json.dumps({"rows": len(frame), "leads": len(leads), "posted": len(posted), **done}))
