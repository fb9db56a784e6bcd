"""The command line inside this process; see other_process.run_tellapart for one of its own."""

from tellapart.cli.app import app
from typer.testing import CliRunner


def tellapart(*arguments: object, code: int = 0) -> str:
    """What a command says: the result on standard output, or all of it when it is to fail with that code."""
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.stdout if code in (0, 3) else " ".join(done.output.split())
