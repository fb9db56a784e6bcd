"""The process that makes a weights file ready to use: `python -m tellapart.backbones.weights_process FILE`.

It prints one line of JSON: {"name"} of the network, or {"error", "is_about_file"}.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tellapart.backbones.catalogue import load_backbone
from tellapart.errors import TellapartError, WeightsError


def main(weights: Path) -> dict[str, object]:
    """What is printed."""
    try:
        return {"name": load_backbone(weights=weights).name}
    except TellapartError as error:
        return {"error": str(error), "is_about_file": isinstance(error, WeightsError)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]))) + "\n")
