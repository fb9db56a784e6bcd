"""The command line inside this process; see other_process.run_tellapart for one of its own."""

import subprocess
import traceback

import typer
from tellapart.cli.app import app
from tellapart.kinds.kind import kinds
from typer.main import get_command
from typer.testing import CliRunner


def tellapart(*arguments: object, code: int = 0) -> str:
    """What a command says: the result on standard output, or all of it when it is to fail with that code."""
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.stdout if code in (0, 3) else " ".join(done.output.split())


def kind_run(*arguments: object) -> str:
    """The kind whose command these words run; nothing is run."""
    group = get_command(app)
    context = typer.Context(group)
    name, command, _ = group.resolve_command(context, [str(one) for one in arguments])
    of = {kind.name: group.commands.get(kind.name, group).get_command(context, name) for kind in kinds()}
    return next(kind for kind, theirs in of.items() if theirs is command)


def run_here(*arguments: object) -> subprocess.CompletedProcess[str]:
    """What other_process.run_tellapart gives, a second sooner: an error that no sentence tells is a traceback here, too."""
    words = [str(one) for one in arguments]
    done = CliRunner().invoke(app, words)
    errors = done.stderr
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        errors += "".join(traceback.format_exception(done.exception))
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, errors)
