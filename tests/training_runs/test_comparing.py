"""Two trainings picture by picture: who is right where the other is wrong, and in which words."""

import contextlib
import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from tellapart.errors import RunError
from tellapart.planning.held_out import FILE, HeldOut, read_held_out
from tellapart.store.journal import Remove
from tellapart.training_runs.changing import name_run
from tellapart.training_runs.comparing import compare_runs
from tellapart.training_runs.finding import find_run

FIRST, SECOND = "20260101-120000-aaaaaa", "20260102-120000-bbbbbb"


@pytest.fixture
def two(keep, tiny_project):
    """The second is right about rows 0 and 1, which the first gets wrong, and wrong about row 2; row 3 beats both."""
    for run_id, wrong, name in ((FIRST, (0, 1, 3), "A"), (SECOND, (2, 3), "B")):
        name_run(tiny_project, keep(run_id, wrong), name)
    return find_run(tiny_project, "A"), find_run(tiny_project, "B")


def test_the_counts_and_the_sentence(two, tiny_project, trained):
    found = compare_runs(tiny_project, *two)
    n = trained[1].n_valid
    assert (found.pairs.only_first, found.pairs.only_second, found.pairs.both_wrong, found.pairs.n) == (
        1,
        2,
        1,
        n,
    )
    said = found.sentences()
    assert said[0] == (
        "B is better: it is right on 2 picture(s) where A is wrong, and wrong on 1 where A is right (p = 1): this may be "
        "chance."
    )
    assert said[1].startswith(f"Of 100 pictures B gets {100 / n:.1f} fewer wrong than A, 95 % interval ")
    assert " fewer to " in said[1] and said[1].endswith(" more.")
    turned = compare_runs(tiny_project, two[1], two[0])
    assert turned.sentences()[0] == said[0] and turned.pairs.difference == -found.pairs.difference


def test_the_pictures_that_changed_are_listed_the_gains_first(two, tiny_project, trained):
    found, held = compare_runs(tiny_project, *two), trained[1].held_out
    assert {one.image_id for one in found.changed[:2]} == set(held.image_ids[:2]) and len(found.changed) == 3
    assert [one.is_better for one in found.changed] == [True, True, False]
    worse = found.changed[2]
    assert worse.image_id == held.image_ids[2] and worse.predicted[0] == worse.label != worse.predicted[1]
    assert tiny_project.manifest.picture(worse.image_id).path == worse.path
    record = found.to_json()
    assert record["only_second_right"] == 2 and record["changed"][0]["path"]
    tiny_project.journal.decide(Remove(worse.image_id))
    assert compare_runs(tiny_project, *two).changed[2].path == ""


def test_better_beyond_chance_is_said(keep, tiny_project):
    first, second = keep(FIRST, range(9)), keep(SECOND)
    said = compare_runs(tiny_project, first, second).sentences()[0]
    assert "(p = 0.0039): this is more than chance." in said and said.startswith(SECOND)


def test_equals_are_called_so(keep, tiny_project):
    first, second = keep(FIRST, (0, 1)), keep(SECOND, (0, 1))
    assert (
        "are right and wrong on the same pictures" in compare_runs(tiny_project, first, second).sentences()[0]
    )
    third = keep("20260103-120000-cccccc", (2, 3))
    said = compare_runs(tiny_project, first, third).sentences()[0]
    assert said == "Neither is better: each is right on 2 picture(s) where the other is wrong."


def test_only_shared_pictures_count_and_none_is_a_sentence(keep, tiny_project, trained):
    held = trained[1].held_out
    half = len(held.image_ids) // 2
    some = HeldOut(held.image_ids[:half], held.targets[:half], held.probs[:half], held.groups[:half])
    others = HeldOut(held.image_ids[half:], held.targets[half:], held.probs[half:], held.groups[half:])
    whole, part, rest = keep(FIRST), keep(SECOND, held=some), keep("20260103-120000-cccccc", held=others)
    found = compare_runs(tiny_project, whole, part)
    assert found.pairs.n == half and any(
        f"Only the {half} held-out picture(s)" in one for one in found.sentences()
    )
    nothing = compare_runs(tiny_project, part, rest)
    assert nothing.pairs.n == 0 and nothing.sentences() == [
        f"{SECOND} and {rest.run_id} were judged on no picture in common, so they cannot be compared. Train both on "
        "the same pictures with the same split."
    ]


def test_a_picture_that_got_another_label_does_not_count(keep, tiny_project, trained):
    held = trained[1].held_out
    targets = held.targets.copy()
    targets[0] = (targets[0] + 1) % 3
    found = compare_runs(tiny_project, keep(FIRST), keep(SECOND, held=replace(held, targets=targets)))
    assert found.n_relabelled == 1 and found.pairs.n == len(targets) - 1
    assert any("1 picture(s) got another label" in one for one in found.sentences())


def test_near_duplicates_count_once_in_the_test(keep, tiny_project, trained):
    held = trained[1].held_out
    first = keep(FIRST, range(6))
    second = keep(SECOND)
    rows = np.arange(len(held.targets))
    kept = read_held_out(tiny_project.runs_dir / SECOND, 3)
    alike = replace(kept, groups=np.where(rows < 6, 0, rows))
    (tiny_project.runs_dir / SECOND / FILE).write_bytes(alike.to_bytes())
    found = compare_runs(tiny_project, first, second)
    assert found.pairs.only_second == 6 and found.told.only_second == 1 and found.told.p_value == 1
    said = "Near-duplicates count once in this, {} of {} picture(s). One by one, only {} is right on 0, only {} on 6."
    n = len(rows)
    assert said.format(n - 5, n, FIRST, SECOND) in found.sentences()


@pytest.mark.parametrize(("n_wrong", "only_first"), [(4, 1), (2, 0)])
def test_of_copies_that_are_told_differently_most_decide(keep, tiny_project, n_wrong, only_first):
    """Five copies, the first of which both get right, and of the others the second gets some wrong."""
    rows = np.arange(34)
    targets, ids = np.zeros(34, int), tuple(f"{row:064x}" for row in rows)

    def held(wrong):
        probs = np.where(wrong, 0.1, 0.8)[:, None] * [1.0, 0, 0] + [0, 0.2, 0]
        return HeldOut(ids, targets, probs, np.where(rows < 5, 0, rows))

    first = keep(FIRST, held=held(rows < 0))
    second = keep(SECOND, held=held((rows > 0) & (rows <= n_wrong)))
    found = compare_runs(tiny_project, first, second)
    assert (found.told.only_first, found.pairs.only_first) == (only_first, n_wrong)
    said = found.sentences()[0]
    assert "the same pictures" not in said
    assert said.startswith(f"{FIRST} is better" if only_first else "No difference between")
    assert only_first or "once near-duplicates count once: the 2 picture(s) on which they differ" in said


def test_copies_do_not_outvote_the_rest(keep, tiny_project):
    rows = np.arange(120)
    targets, ids = np.zeros(120, int), tuple(f"{row:064x}" for row in rows)
    groups = np.where(rows < 30, 0, rows)

    def held(wrong):
        return HeldOut(ids, targets, np.where(wrong, 0.1, 0.8)[:, None] * [1.0, 0, 0] + [0, 0.2, 0], groups)

    first, second = keep(FIRST, held=held(rows < 30)), keep(SECOND, held=held((rows >= 30) & (rows < 40)))
    found = compare_runs(tiny_project, first, second)
    said, estimate, copies = found.sentences()[0], found.to_json(), found.sentences()[-1]
    assert said.startswith(f"{FIRST} is better: it is right on 10 picture(s)") and "p = 0.012" in said
    low, high = estimate["difference_interval"]
    assert low < estimate["difference"] == found.told.difference < high and found.told.difference == 9 / 91
    assert copies.endswith(f"only {FIRST} is right on 10, only {SECOND} on 30.")


def test_what_cannot_be_compared_is_a_sentence(keep, tiny_project):
    first, second = keep(FIRST), keep(SECOND)
    with pytest.raises(RunError, match="Both are the run"):
        compare_runs(tiny_project, first, first)
    (tiny_project.runs_dir / SECOND / FILE).write_bytes(b"no arrays")
    with pytest.raises(RunError, match="is damaged"):
        compare_runs(tiny_project, first, second)
    (tiny_project.runs_dir / SECOND / FILE).unlink()
    with pytest.raises(RunError, match="did not keep what it answered"):
        compare_runs(tiny_project, first, second)


def test_what_is_kept_comes_back_and_a_strangers_file_is_checked(trained, tmp_path):
    held = trained[1].held_out
    (tmp_path / FILE).write_bytes(held.to_bytes())
    again = read_held_out(tmp_path, 3)
    assert again.image_ids == held.image_ids and np.array_equal(again.targets, held.targets)
    assert (
        np.array_equal(again.probs, held.probs.astype(np.float32))
        and again.is_wrong.sum() == held.is_wrong.sum()
    )
    assert np.array_equal(again.is_none, held.is_none)
    assert held.is_none.mean() == pytest.approx(trained[1].to_json()["reject_rate"])
    (tmp_path / FILE).write_bytes(replace(held, is_none=None).to_bytes())  # as older versions did
    assert read_held_out(tmp_path, 3).is_none is None
    (tmp_path / FILE).write_bytes(replace(held, is_none=held.is_none[1:]).to_bytes())
    with pytest.raises(RunError, match="do not fit together"):
        read_held_out(tmp_path, 3)
    (tmp_path / FILE).write_bytes(held.to_bytes())
    with pytest.raises(RunError, match="do not fit together"):
        read_held_out(tmp_path, 4)
    bad = replace(held, targets=held.targets + 9)
    (tmp_path / FILE).write_bytes(bad.to_bytes())
    with pytest.raises(RunError, match="names a label that is not there"):
        read_held_out(tmp_path, 3)
    np.savez(tmp_path / "objects.npz", image_ids=np.array([{}], object), targets=[0], probs=[0], groups=[0])
    (tmp_path / "objects.npz").replace(tmp_path / FILE)
    with pytest.raises(RunError, match="is damaged"):
        read_held_out(tmp_path, 3)


def test_whatever_is_wrong_with_what_is_kept_is_one_error(trained, tmp_path):
    whole = trained[1].held_out.to_bytes()
    rng = np.random.default_rng(3)
    for place, bit in zip(rng.integers(len(whole), size=300), rng.integers(8, size=300), strict=True):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << bit
        (tmp_path / FILE).write_bytes(flipped)
        with contextlib.suppress(RunError):
            read_held_out(tmp_path, 3)
    np.savez(tmp_path / FILE, image_ids=np.uint8(1), targets=[0], probs=[[0.2, 0.2, 0.6]], groups=[0])
    with pytest.raises(RunError, match="do not fit together"):
        read_held_out(tmp_path, 3)


def test_what_would_unpack_to_too_much_is_refused_before(trained, tmp_path):
    whole = trained[1].held_out.to_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        member = archive.infolist()[0]
        array = bytearray(archive.read(member))
    size = member.file_size.to_bytes(4, "little")
    (tmp_path / FILE).write_bytes(whole.replace(size, (2**31).to_bytes(4, "little")))
    with pytest.raises(RunError, match="larger than 1 GB"):
        read_held_out(tmp_path, 3)
    n = len(trained[1].held_out.targets)
    with zipfile.ZipFile(tmp_path / FILE, "w") as archive:
        archive.writestr(
            member.filename,
            array.replace(f"({n}, 32), }}".encode() + b" " * 12, f"({n}{10**12}, 32), }}".encode()),
        )
    with pytest.raises(RunError, match="not of the size that they say"):
        read_held_out(tmp_path, 3)
