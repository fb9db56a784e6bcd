"""A question to a process of its own: its last line is the answer, and whatever else happens is one exception."""

import pytest
from tellapart.answering_process import NoAnswerError, answer_of


def ask(code, patience_s=60.0):
    return answer_of(["-c", code], patience_s)


def test_the_last_line_is_the_answer_whatever_libraries_print_before_and_beside_it():
    code = (
        "import sys; print('loading'); print('careful', file=sys.stderr); print('{\"name\": \"caf\\u00e9\"}')"
    )
    assert ask(code) == {"name": "café"}


@pytest.mark.parametrize(
    "code",
    ["", "print('Killed')", "print('[1]')", "import os; os._exit(9)", "raise ValueError"],
)
def test_no_answer_is_said_as_such(code):
    with pytest.raises(NoAnswerError):
        ask(code)


def test_a_process_that_never_answers_is_ended():
    with pytest.raises(NoAnswerError, match="TimeoutExpired"):
        ask("import time; time.sleep(600)", patience_s=0.5)


def test_a_python_that_is_not_there_is_no_answer(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(NoAnswerError, match="FileNotFoundError"):
        ask("print('{}')")
