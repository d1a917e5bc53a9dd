"""pandera checks the columns of a CSV in pandas, and gathers every failure (`lazy`)."""

import json
import sys

import pandas as pd
import pandera.pandas as pa


def is_date(column: "pd.Series[str]") -> "pd.Series[bool]":
    """Which cells are a date."""
    return pd.to_datetime(column, format="%d/%m/%Y", errors="coerce").notna()


text = pa.Column(str)
schema = pa.DataFrameSchema(
    {
        "Lead ID": pa.Column(str, pa.Check.str_matches(r"^[0-9a-f]{24}$")),
        "Lead Name": text,
        "Phone": pa.Column(str, pa.Check.str_matches(r"^\+?[0-9 ]{7,18}$")),
        "Email": pa.Column(str, pa.Check.str_matches(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")),
        "Receipt No": pa.Column(str, pa.Check.str_matches(r"^R-\d{8}$"), unique=True),
        "Date": pa.Column(str, pa.Check(is_date)),
        "Amount": pa.Column(str, pa.Check.str_matches(r"^\d+(\.\d\d)?$")),
        "Mode": text,
        "Status": pa.Column(str, pa.Check.isin(["Paid", "Bounced"])),
        "City": text,
        "Agent": text,
        "Remarks": text,
    }
)
frame = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False)
problems = 0
try:
    schema.validate(frame, lazy=True)
except pa.errors.SchemaErrors as error:
    problems = len(error.failure_cases)
print(json.dumps({"rows": len(frame), "problems": problems}))
