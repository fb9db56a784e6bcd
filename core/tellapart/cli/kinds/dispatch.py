"""Kinds of things besides pictures: a command that is given one of theirs is theirs. Adding a kind is a line here.

A kind's door has a NAME, says by cheap looks at the disk what is its own (`claims`), and brings commands of the same
names as those of pictures (`commands`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from typer.core import TyperGroup
from typer.main import get_group

from tellapart.cli.outlines import door as outlines
from tellapart.cli.ratings import door as ratings
from tellapart.cli.tables import door as tables
from tellapart.cli.texts import door as texts

DOORS = (
    outlines,
    ratings,
    tables,
    texts,
)  # the first that claims a command has it: the most particular leads
OF_ALL = ("studio",)  # commands of pictures that know the other kinds themselves


def kind_of_source(place: Path) -> str:
    """What a file or a folder holds, "texts" for instance; "" for pictures and for what nobody knows."""
    found = (door.NAME for door in DOORS if door.claims("new", ["--from", str(place)]))
    return next(found, "")


class KindsGroup(TyperGroup):
    """The commands of pictures, but for what belongs to another kind."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names, of the kind that the others belong to."""
        if args and self.get_command(ctx, args[0]) is None:  # a command that pictures do not have
            for door in DOORS:
                theirs = get_group(door.commands()).get_command(ctx, args[0])
                if theirs is not None and door.claims(args[0], args[1:]):
                    return args[0], theirs, args[1:]
        name, command, rest = super().resolve_command(ctx, args)
        if name is None or name in OF_ALL or name in [door.NAME for door in DOORS]:
            return name, command, rest
        for door in DOORS:
            if door.claims(name, rest):
                group = get_group(door.commands())
                theirs = group.get_command(ctx, name)
                if theirs is None:
                    there = ", ".join(group.list_commands(ctx))
                    ctx.fail(f"`{name}` is for pictures, and this is of {door.NAME}, which have: {there}.")
                return name, theirs, rest
        return name, command, rest
