"""A question to a process of its own: its last line is the answer, and whatever else happens is one exception."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import tellapart
import tellapart_dashboards
from tellapart.advice.beside import ADVICE_PROCESS
from tellapart.answering_process import NoAnswerError, answer_of, main_of
from tellapart.backbones.weights_check import WEIGHTS_PROCESS
from tellapart.train.estimate import ESTIMATE_PROCESS


def sources():
    homes = [Path(package.__file__).parent for package in (tellapart, tellapart_dashboards)]
    return [path for home in homes for path in home.rglob("*.py")]


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


@pytest.mark.parametrize("process", [WEIGHTS_PROCESS, ESTIMATE_PROCESS, ADVICE_PROCESS])
def test_no_module_of_the_folder_that_somebody_works_in_is_run(process, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("json", "numpy", "psutil"):
        (tmp_path / f"{name}.py").write_text("import os; os._exit(9)")
    assert "error" in answer_of([*process, str(tmp_path / "none"), "thorough"], 60.0)


def test_nor_where_the_main_of_a_module_is_run_which_says_how_it_ends(tmp_path):
    for name in ("json", "numpy", "psutil", "tellapart"):
        (tmp_path / f"{name}.py").write_text("import os; os._exit(9)")
    command = [sys.executable, *main_of("tellapart.bundle.start_process"), str(tmp_path / "none")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and "error" in json.loads(done.stdout), done


def test_only_one_place_says_where_nothing_is_imported_from():
    said = [path.name for path in sources() if "sys.path[:]" in path.read_text("utf-8")]
    assert said == ["answering_process.py"]


def test_a_process_that_never_answers_is_ended():
    with pytest.raises(NoAnswerError, match="TimeoutExpired"):
        ask("import time; time.sleep(600)", patience_s=0.5)


def test_a_python_that_is_not_there_is_no_answer(monkeypatch, tmp_path):
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(NoAnswerError, match="FileNotFoundError"):
        ask("print('{}')")
