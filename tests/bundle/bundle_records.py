"""The record of a bundle as a stranger reads and writes it."""

import json


def record_of(bundle):
    return json.loads((bundle / "bundle.json").read_text("utf-8"))


def put_record(bundle, record):
    (bundle / "bundle.json").write_text(json.dumps(record), "utf-8")
