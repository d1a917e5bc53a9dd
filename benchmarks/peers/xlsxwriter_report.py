"""XlsxWriter writes rows into a workbook, with constant memory and nothing else.

xlsxwriter_report.py ROWS.csv REPORT.xlsx
"""

import csv
import json
import sys
from pathlib import Path

import xlsxwriter

count = 0
with (
    Path(sys.argv[1]).open(encoding="utf-8", newline="") as file,
    xlsxwriter.Workbook(sys.argv[2], {"constant_memory": True}) as book,
):
    tab = book.add_worksheet("Actions")
    for at, row in enumerate(csv.reader(file)):
        tab.write_row(at, 0, row)
        count += 1
print(json.dumps({"rows": count}))
