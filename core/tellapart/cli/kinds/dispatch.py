"""Which kind a command belongs to, by what it is given: `tellapart train DIR` trains whatever DIR is a project of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from typer.core import TyperGroup
from typer.main import get_group

from tellapart.kinds.kind import ThingKind, kind_of_source, kinds

OF_NO_KIND = ("studio", "doctor")
_TAKEN_FOR = "--kind"  # of `new`, whatever the kind
_LOOKED_AT = 3  # words that may be the project or the bundle


class KindsGroup(TyperGroup):
    """The commands that need no kind's name before them, and those of every other kind below its name. Where one is
    given something of another kind, that kind's command of the same name is run."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        named = [kind for kind in reversed(kinds()) if kind.commands_at]
        self.commands = {**self.commands, **{kind.name: get_group(kind.commands()) for kind in named}}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the first word names, of the kind that the others belong to."""
        name, words = args[0], args[1:]
        if name in OF_NO_KIND or name in [kind.name for kind in kinds()]:
            return super().resolve_command(ctx, args)
        kind, words = self._taken_for(ctx, words) if name == "new" else (_kind_given(words), words)
        group = self if kind is None else self._group(kind)
        theirs = group.get_command(ctx, name)
        if kind is not None and theirs is None and self.get_command(ctx, name) is not None:
            there = ", ".join(group.list_commands(ctx))
            ctx.fail(f"`{name}` is for {kinds()[0].name}, and this is of {kind.name}, which have: {there}.")
        return super().resolve_command(ctx, args) if theirs is None else (name, theirs, words)

    def _group(self, kind: ThingKind) -> TyperGroup:
        """The commands of a kind."""
        found = self.commands.get(kind.name, self)
        assert isinstance(found, TyperGroup)
        return found

    def _taken_for(self, ctx: Any, words: list[str]) -> tuple[ThingKind | None, list[str]]:
        """What `new` is to make a project of, and its words without those that say so: the kind that a person names,
        or the only one that has the options that they use, or what the source looks like."""
        named, words = _without(_TAKEN_FOR, words)
        if named:
            for kind in kinds():
                if kind.name == named:
                    return kind, words
            known = ", ".join(kind.name for kind in kinds())
            ctx.fail(f"{_TAKEN_FOR} {named} is no kind of things. Choose one of: {known}.")
        source = _without("--from", words)[0]
        if not source:
            return None, words
        used = {word.partition("=")[0] for word in words if word.startswith("--")}
        able = [kind for kind in kinds() if used <= self._options_of_new(ctx, kind)]
        return able[0] if len(able) == 1 else kind_of_source(Path(source)), words

    def _options_of_new(self, ctx: Any, kind: ThingKind) -> set[str]:
        command = self._group(kind).get_command(ctx, "new")
        params = command.get_params(ctx) if command is not None else []
        return {option for one in params for option in one.opts}


def _kind_given(words: Sequence[str]) -> ThingKind | None:
    """Of the first word that is a project or a bundle."""
    given = [Path(word) for word in words if not word.startswith("-")]
    return next((kind for place in given[:_LOOKED_AT] for kind in kinds() if kind.owns(place)), None)


def _without(option: str, words: Sequence[str]) -> tuple[str, list[str]]:
    """What words say for an option, "" where they say nothing, and the others."""
    for at, word in enumerate(words):
        if word == option:
            return "".join(words[at + 1 : at + 2]), [*words[:at], *words[at + 2 :]]
        if word.startswith(f"{option}="):
            return word.partition("=")[2], [*words[:at], *words[at + 1 :]]
    return "", list(words)
