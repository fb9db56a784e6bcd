"""benchmarks/kinds.py runs on a few made texts and ends with the JSON object it promises. No figure is judged here."""

import gzip
import random

import pytest
from run_benchmark import run

pytestmark = pytest.mark.slow
WORDS = {
    "negative": ["dull", "lazy", "boring", "silly", "tired"],
    "positive": ["warm", "clever", "lovely", "funny", "moving"],
}
COMMON = [
    "the",
    "a",
    "story",
    "film",
    "scene",
    "actor",
    "music",
    "town",
    "work",
    "home",
    "people",
    "talk",
    "meet",
    "again",
    "once",
    "more",
]


def test_texts_alone(tmp_path):
    chance = random.Random(1)
    (tmp_path / "tables").mkdir()
    for label, words in WORDS.items():
        lines = [" ".join(chance.sample(COMMON, 7) + chance.sample(words, 2)) for _ in range(60)]
        (tmp_path / "tables" / f"reviews_{label}.txt.gz").write_bytes(
            gzip.compress("\n".join(lines).encode())
        )
    found = run("kinds", "--data", tmp_path)
    assert set(found) == {"texts"}
    one = found["texts"]
    assert one["n"] == 120 and 0.5 < one["accuracy"] <= 1 and one["majority"] == 0.5 and one["seconds"] > 0
    assert one["interval"][0] <= one["accuracy"] <= one["interval"][1]
    assert 0.1 < one["ap"] <= 1 and one["cleanlab_ap"] is None


def test_what_is_missing_is_told(tmp_path):
    assert "holds no texts, ratings or tables" in run("kinds", "--data", tmp_path, is_failing=True)
    said = run("kinds", "--data", tmp_path, "--cleanlab-python", tmp_path / "python", is_failing=True)
    assert "is not there. Name a Python that has cleanlab" in said
