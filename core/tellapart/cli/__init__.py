"""The command line: `tellapart`. The only part of the core that prints."""

__all__ = ["main"]


def main() -> None:
    """Run the command line. Stopped while it is still being loaded, it ends as quietly as a moment later."""
    try:
        from tellapart.cli.app import main as run
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    run()
