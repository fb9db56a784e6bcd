"""The program behind `make test`, on small sets of tests: what fails beside others gets one more chance, alone."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from longest_first import LONG, longest_first

TOOL = Path(__file__).resolve().parent.parent / "tools" / "run_tests.py"
SETTINGS = "[pytest]\nmarkers =\n    slow\n    browser\n"
TESTS = {
    "good": "def test_good(): pass\n",
    "slow": "import pytest\n@pytest.mark.slow\ndef test_slow(): pass\n",
    "browser": "import pytest\n@pytest.mark.browser\ndef test_browser(): assert False, 'no browser'\n",
    "flaky": "import os\ndef test_flaky(): assert 'PYTEST_XDIST_WORKER' not in os.environ\n",
    "bad": "def test_bad(): assert False\n",
    "broken": "import nothing_of_this_name\n",
}


def run(folder: Path, names: str, *arguments: str) -> tuple[int, str, str]:
    """The exit code, all that was said, and its last line."""
    (folder / "pytest.ini").write_text(SETTINGS)
    for name in names.split():
        (folder / f"test_{name}.py").write_text(TESTS[name])
    command = [sys.executable, str(TOOL), "--workers", "1", *arguments]
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # in temporary folders of their own: pytest would spend minutes on clearing away those of earlier runs
    outside["PYTEST_DEBUG_TEMPROOT"] = str(folder)
    done = subprocess.run(command, cwd=folder, env=outside, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stdout.splitlines()[-1]


def assert_summary(line: str, *parts: str) -> None:
    """A line in the form of pytest's own last one, as .ci/run finds it."""
    assert re.fullmatch(r"=+ .* in [0-9.]+s( \([0-9:]+\))? =+", line), line
    assert all(part in line for part in parts), line


@dataclass
class Item:
    nodeid: str


def test_each_worker_begins_with_what_takes_long():
    others = [Item(f"tests/test_other{i // 4}.py::test_{i}") for i in range(40)]
    long = [Item(f"{name}::test_{i}") for name in LONG[:5] for i in range(3)]
    ordered = longest_first([*others, *long], 3)
    assert sorted(one.nodeid for one in ordered) == sorted(one.nodeid for one in (*others, *long))
    shares = [ordered[:18], ordered[18:36], ordered[36:]]  # as pytest-xdist deals them out
    assert [share[0].nodeid.partition("::")[0] for share in shares] == list(LONG[:3])
    assert [sum(one in long for one in share) for share in shares] == [6, 6, 3]
    assert [one for one in ordered if one in others] == others
    assert longest_first(long[:1], 3) == long[:1] and longest_first([], 3) == []


def test_what_takes_long_is_there():
    assert [name for name in LONG if not (TOOL.parents[1] / name).is_file()] == []


@pytest.mark.slow
def test_what_passes_alone_is_told_as_flaky_and_does_not_fail_the_run(tmp_path):
    code, said, last = run(tmp_path, "good slow browser flaky", "--only", "quick", "--no-browser")
    assert code == 0
    assert said.partition("Flaky:")[2].count("test_flaky.py::test_flaky") == 1
    assert_summary(last, " 1 passed, 1 flaky in ")


@pytest.mark.slow
def test_what_fails_twice_fails_the_run(tmp_path):
    code, said, last = run(tmp_path, "good flaky bad")
    assert code == 1
    assert "test_bad.py" not in said.partition("Flaky:")[2]
    assert_summary(last, "1 failed", "1 passed", "1 flaky")


@pytest.mark.slow
def test_a_file_that_cannot_be_read_is_no_flaky_test(tmp_path):
    code, said, last = run(tmp_path, "good broken")
    assert code != 0 and "Flaky:" not in said and "nothing_of_this_name" in said
    assert_summary(last, "1 failed, 1 passed")


@pytest.mark.slow
def test_the_order_is_random_when_asked_and_its_seed_is_told(tmp_path):
    code, said, last = run(tmp_path, "good slow", "--only", "slow", "--seed", "random")
    assert code == 0 and re.search(r"--random-order-seed=\d+", said)
    assert_summary(last, " 1 passed in ")


@pytest.mark.slow
def test_with_more_arguments_it_is_one_plain_pytest(tmp_path):
    code, said, last = run(tmp_path, "good slow bad", "--only", "quick", "test_slow.py")
    assert code == 0 and "workers" not in said
    assert_summary(last, " 1 passed in ")
