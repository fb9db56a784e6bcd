"""What functions of one's own do is told apart where they have one name, and alike in every process."""

import os
import subprocess
import sys
from functools import partial

import pytest
from tellapart.description.own_functions import doing
from tellapart.description.transforms import Resize, item_transform

PROGRAM = """
from tellapart.description.own_functions import doing
from tellapart.description.transforms import Resize, item_transform
EDGE = 16
def smaller(value):
    return value - 1 if value in {"a", "b", "c"} else EDGE
class Cut:
    def __call__(self, picture):
        return picture.crop((0, 0, smaller(16), EDGE))
    def __repr__(self):
        return "Cut()"
def again(picture, n=3):
    return again(picture, n - 1) if n else picture
print(doing(item_transform([Cut(), again, Resize(32)])))
"""


def said_by(program, seed):
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )  # fmt: skip
    return done.stdout


def test_the_same_program_is_told_alike_in_every_process_and_another_one_otherwise():
    usual = said_by(PROGRAM, "1")
    assert said_by("# moved\n" + PROGRAM, "2") == usual
    for old, new in (("EDGE = 16", "EDGE = 18"), ("value - 1", "value - 2"), ("smaller(16)", "smaller(18)")):
        assert said_by(PROGRAM.replace(old, new), "1") != usual, new


def brighter(by):
    return lambda pictures: pictures * by


class Brighter:
    def __init__(self, function):
        self.function = function

    def times(self, pictures):
        return self.function(pictures)


@pytest.mark.parametrize(
    "packed",
    [lambda one: one, lambda one: partial(one, 3), lambda one: [one], lambda one: Brighter(one).times],
    ids=["itself", "partial", "list", "method"],
)
def test_functions_are_found_in_what_holds_them(packed):
    assert doing(packed(brighter(2))) == doing(packed(brighter(2))) != doing(packed(brighter(3)))


def test_what_holds_no_function_says_of_itself_what_it_is():
    assert doing(item_transform(Resize(32))) == repr(Resize(32))
