"""The command line: `tellapart`. The only part of the core that prints."""

from tellapart.cli.app import main

__all__ = ["main"]
