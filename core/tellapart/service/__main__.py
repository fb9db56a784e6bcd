"""The service without the command line's packages, for a container: python -m tellapart.service BUNDLE."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from tellapart.errors import ServiceError, TellapartError
from tellapart.safe_text import harmless
from tellapart.service.settings import Settings, settings_from


def main(arguments: list[str] | None = None) -> int:
    """Serve what the command line names; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tellapart.service", description="Answer over HTTP.")
    parser.add_argument("bundle", type=Path, help="a bundle's folder")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at")
    parser.add_argument("--port", type=int, default=8000, help="0 for any that is free")
    parser.add_argument(
        "--own", action="store_true", help="the bundle is known to be good: do not try it first"
    )
    parser.add_argument("--texts", type=Path, help="JSON file with title and about", metavar="FILE")
    parser.add_argument("--corrections", type=Path, help="keep visitors' corrections here", metavar="DIR")
    options = parser.parse_args(arguments)
    try:
        texts = _texts(options.texts) if options.texts else {}
        title, about = str(texts.get("title") or Settings.title), str(texts.get("about", ""))
        consent = str(texts.get("consent") or Settings.consent)
        settings = settings_from(title=title, about=about, corrections=options.corrections, consent=consent)
        from tellapart.service.server import serve

        serve(options.bundle, settings, options.host, options.port, options.own)
    except (TellapartError, OSError, ValueError) as error:
        sys.stderr.write(harmless(str(error)) + "\n")
        return 1
    return 0


def _texts(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ServiceError(
            f"{file} is no JSON ({error}). Write title and about as one JSON object."
        ) from error
    if not isinstance(found, dict):
        raise ServiceError(f"{file} holds no JSON object. Write title and about as one.")
    return found


if __name__ == "__main__":
    sys.exit(main())
