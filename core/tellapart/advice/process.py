"""The process that finds advice out beside a page: `python -m tellapart.advice.process PROJECT_DIR RUN_ID`.

It keeps what it finds in the run, and prints one line of JSON: what was found, see `Advised.to_json`, or {"error"}.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from tellapart.advice.advising import advise
from tellapart.errors import TellapartError
from tellapart.store.project import open_project


def main(project_dir: Path, run_id: str) -> dict[str, Any]:
    """What is printed."""
    try:
        with open_project(project_dir) as project:
            return advise(project, run_id).to_json()
    except TellapartError as error:
        return {"error": str(error)}


if __name__ == "__main__":
    with contextlib.suppress(AttributeError, OSError):  # Windows has no such thing
        os.nice(10)  # whoever looks at the page comes first
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), sys.argv[2])) + "\n")
