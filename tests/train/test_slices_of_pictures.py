"""What is known of each picture tells where a classifier is weaker."""

from types import SimpleNamespace

import numpy as np
from tellapart.train.slices import slices_record


def picture(author, kind):
    return SimpleNamespace(
        source="folder", author=author, format=kind, licence=None, licence_url=None, width=300, height=300
    )


def test_an_author_and_a_kind_of_file_are_slices():
    """Twelve pictures of each: one author's are half wrong, and only PNG files are."""
    pictures = [
        picture(author, kind) for author in ("Ada", None) for kind in ("PNG", "JPEG") for _ in range(12)
    ]
    targets = np.arange(48) % 2
    is_wrong = np.array([one.author == "Ada" and one.format == "PNG" for one in pictures])
    data = SimpleNamespace(
        pictures=pictures,
        targets=targets,
        plan=SimpleNamespace(groups=[str(i) for i in range(48)]),
        embeddings=SimpleNamespace(tiny=np.full((48, 4, 4, 3), 128, np.uint8)),
    )
    probs = np.eye(2)[np.where(is_wrong, 1 - targets, targets)]
    found = slices_record(data, probs, [""] * 48, np.ones(48, bool))
    counts = {(one["by"], one["value"]): (one["n"], one["n_wrong"]) for one in found["slices"]}
    assert counts == {
        ("author", "Ada"): (24, 12),
        ("kind of file", "PNG"): (24, 12),
        ("kind of file", "JPEG"): (24, 0),
    }, "what is the same for all tells nothing, and no author is none"
    assert found["worst"]["n_wrong"] == 12
    told = slices_record(data, probs, [""] * 48, ~is_wrong)["slices"]
    assert {(one["value"], one["n"], one["n_wrong"]) for one in told} == {
        ("Ada", 12, 0),
        ("PNG", 12, 0),
        ("JPEG", 24, 0),
    }
