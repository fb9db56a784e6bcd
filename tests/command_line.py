"""The command line inside this process; see other_process.run_tellapart for one of its own."""

import subprocess
import traceback

from tellapart.cli.app import app
from typer.testing import CliRunner


def tellapart(*arguments: object, code: int = 0) -> str:
    """What a command says: the result on standard output, or all of it when it is to fail with that code."""
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.stdout if code in (0, 3) else " ".join(done.output.split())


def run_here(*arguments: object) -> subprocess.CompletedProcess[str]:
    """What other_process.run_tellapart gives, a second sooner: an error that no sentence tells is a traceback here, too."""
    words = [str(one) for one in arguments]
    done = CliRunner().invoke(app, words)
    errors = done.stderr
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        errors += "".join(traceback.format_exception(done.exception))
    return subprocess.CompletedProcess(words, done.exit_code, done.stdout, errors)
