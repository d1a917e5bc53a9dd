"""aiohttp posts lead by lead, so many at once: the bar for sending. Nothing is checked or kept.

aiohttp_post.py SHEET ROOT CONCURRENCY
"""

import asyncio
import csv
import json
import sys
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import aiohttp

from benchmarks.peers.bodies import actions_of, address

sheet, root, concurrency = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])


with sheet.open(encoding="utf-8", newline="") as file:
    rows = sorted(csv.DictReader(file), key=itemgetter("Lead ID"))
leads = [(lead, actions_of(own)) for lead, own in groupby(rows, key=itemgetter("Lead ID"))]


async def main() -> None:
    """Send everything."""
    waiting = iter(leads)

    async def work(session: aiohttp.ClientSession) -> None:
        for lead, body in waiting:
            async with session.post(address(root, lead), json=body) as response:
                response.raise_for_status()
                await response.read()

    line = aiohttp.TCPConnector(limit=concurrency)
    async with aiohttp.ClientSession(connector=line) as session:
        await asyncio.gather(*(work(session) for _ in range(concurrency)))


asyncio.run(main())
print(json.dumps({"posted": len(leads)}))
