"""Commands as a person types them."""

import shlex
from pathlib import Path

import pytest
from tellapart.words import commands


@pytest.mark.parametrize("word", ["my leaves", "it's", "a;b", "$HOME", "plain", "ünïcode", ""])
def test_a_shell_reads_the_word_again(word, monkeypatch):
    monkeypatch.setattr(commands.os, "name", "posix")
    assert shlex.split(f"tellapart train {commands.typed(word)}")[2:] == [word]


def test_windows_has_its_own_quotes(monkeypatch):
    path = r"C:\Users\Ada Lovelace\leaves"
    monkeypatch.setattr(commands.os, "name", "nt")
    said = commands.typed(path)
    monkeypatch.undo()
    assert said == f'"{path}"' and commands.typed(Path("plain")) == "plain"
