"""`train` for any kind, and how its `new` ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import typer

from tellapart.cli.console import explained, print_json, progress_bar, say
from tellapart.cli.kinds.arguments import JsonFlag, ProjectDir
from tellapart.cli.kinds.notebook_door import KindDoor, Trained
from tellapart.words.commands import typed


def say_what_came(lines: Iterable[str], project_dir: Path) -> None:
    """The end of `new` and `add`: lines for the person, and what to do next."""
    for line in lines:
        say(line)
    say(f"Next: tellapart train {typed(project_dir)}")


def then_clean(project_dir: Path) -> str:
    """What to do after a training, for kinds that have findings."""
    return f"Next: tellapart clean {typed(project_dir)}"


def add_train(
    app: typer.Typer, door: Callable[[], KindDoor], about: str, then: Callable[[Path], str] = then_clean
) -> None:
    """Give a kind its command.

    Args:
        door: imports and gives what the kind offers to notebooks. about: what the command does. then: the sentence
            that says what to do next.
    """

    @app.command(help=about)
    def train(project_dir: ProjectDir, is_json: JsonFlag = False) -> None:
        with explained(is_json), progress_bar(is_json) as progress:
            result = door().train(door().open_project(project_dir), progress)
        say_trained(result, then(project_dir), is_json)


def say_trained(result: Trained, then: str, is_json: bool) -> None:
    """The end of `train`: the result, and the sentence that says what to do next."""
    if is_json:
        print_json({**result.to_json(), "bundle": str(result.bundle_dir)})
        return
    for line in [*result.sentences(), then]:
        say(line)
