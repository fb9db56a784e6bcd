"""The record of a bundle as a stranger reads and writes it, who knows how it is sealed, as everybody may."""

import json

from tellapart.kinds.sealed_json import seal


def record_of(bundle):
    return json.loads((bundle / "bundle.json").read_text("utf-8"))


def put_record(bundle, record):
    (bundle / "bundle.json").write_text(json.dumps({**record, "sha256": seal(record)}), "utf-8")
