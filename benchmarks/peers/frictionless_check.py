"""frictionless checks a CSV against a schema, and names every bad cell."""

import json
import sys
from pathlib import Path

from frictionless import Checklist, Resource, Schema, system

schema = Schema.from_descriptor(
    {
        "fields": [
            {"name": "Lead ID", "type": "string", "constraints": {"pattern": "[0-9a-f]{24}"}},
            {"name": "Lead Name", "type": "string"},
            {"name": "Phone", "type": "string", "constraints": {"pattern": r"\+?[0-9 ]{7,18}"}},
            {"name": "Email", "type": "string", "format": "email"},
            {"name": "Receipt No", "type": "string", "constraints": {"required": True}},
            {"name": "Date", "type": "date", "format": "%d/%m/%Y"},
            {"name": "Amount", "type": "number"},
            {"name": "Mode", "type": "string"},
            {"name": "Status", "type": "string", "constraints": {"enum": ["Paid", "Bounced"]}},
            {"name": "City", "type": "string"},
            {"name": "Agent", "type": "string"},
            {"name": "Remarks", "type": "string"},
        ],
        "primaryKey": ["Receipt No"],
    }
)
path = Path(sys.argv[1])
with system.use_context(trusted=True):
    report = Resource(str(path), schema=schema).validate(Checklist(), limit_errors=10_000_000)
print(json.dumps({"rows": report.tasks[0].stats["rows"], "problems": report.stats["errors"]}))
