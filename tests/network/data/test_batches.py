"""Data and its batches: in an order that a seed decides, whatever loads them, without the pictures that cannot be read."""

import threading

import pytest
import torch
from make_data import make_tiny_folder
from matplotlib.figure import Figure
from tellapart.errors import DescriptionError, RefusalCode
from tellapart.network.data.picture_set import PictureSet
from tellapart.network.data.share import NOBODY, Share
from tellapart.vision import DataDescription, RandomResizedCrop, Resize, aug_transforms, random_split


@pytest.fixture
def shapes(tmp_path):
    make_tiny_folder(tmp_path / "shapes", n_per_class=8, size_px=32)
    return tmp_path / "shapes"


DESCRIBED = DataDescription(
    split=random_split(0.25), item=RandomResizedCrop(24, min_scale=0.4), batch=aug_transforms()
)

STEPS = ("Items", "Labels", "Split", "Opening", "Item transform", "Batch transforms")


def passes(data, n=2):
    return [torch.cat([batch.pictures for batch in data.train]) for _ in range(n)]


def test_batches_hold_every_picture_once_with_its_own_label(shapes):
    data = DESCRIBED.data(shapes, batch_size=5)
    assert data.classes == ("circle", "cross", "square") and len(data.train) == 4 and len(data.valid) == 2
    places = []
    for pictures, targets, some in data.train:
        assert pictures.shape[1:] == (3, 24, 24) and pictures.dtype == torch.float32
        assert pictures.min() >= 0 and pictures.max() <= 1 and targets.dtype == torch.int64
        names = [data.assembly.items[place].parent.name for place in some.tolist()]
        assert names == [data.classes[target] for target in targets.tolist()]
        places += some.tolist()
    assert sorted(places) == data.assembly.rows(False).tolist() and len(places) == 18
    checked = [place for batch in data.valid for place in batch.places.tolist()]
    assert checked == data.assembly.rows(True).tolist() and not set(checked) & set(places)


def test_a_seed_gives_the_same_epochs_and_each_epoch_is_another(shapes):
    first, again = passes(DESCRIBED.data(shapes, seed=1)), passes(DESCRIBED.data(shapes, seed=1))
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first[0], passes(DESCRIBED.data(shapes, seed=2), 1)[0])


def test_nothing_is_drawn_from_a_generator_that_others_use(shapes, monkeypatch):
    """Dropout on a graphics card, say: which thread decodes last would decide what is dropped."""

    def seeded(seed):
        raise AssertionError("the card's generator is not ours")

    monkeypatch.setattr(torch.cuda, "manual_seed_all", seeded)
    data, before = DESCRIBED.data(shapes), torch.get_rng_state()
    passes(data)
    assert all(len(batch.targets) for batch in data.valid)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_next_batches_are_loaded_while_one_is_used(shapes, monkeypatch):
    loaded, usual = threading.Semaphore(0), PictureSet.__getitems__

    def counted(self, wishes):
        found = usual(self, wishes)
        loaded.release()
        return found

    monkeypatch.setattr(PictureSet, "__getitems__", counted)
    batches = iter(DESCRIBED.data(shapes, batch_size=4).train)
    next(batches)
    assert all(loaded.acquire(timeout=60) for _ in range(3)), "two more than were asked for"
    batches.close()
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("ahead")]


def test_what_loading_raises_is_raised_where_the_batch_is_asked_for(shapes, monkeypatch):
    usual = PictureSet.__getitems__
    asked = iter(range(9))

    def failing(self, wishes):
        if next(asked) == 1:
            raise OSError("no more threads")
        return usual(self, wishes)

    monkeypatch.setattr(PictureSet, "__getitems__", failing)
    batches = iter(DESCRIBED.data(shapes, batch_size=4).train)
    assert len(next(batches).targets) == 4
    with pytest.raises(OSError, match="no more threads"):
        next(batches)
    assert not [thread.name for thread in threading.enumerate() if thread.name.startswith("ahead")]


def test_what_training_draws_is_the_same_however_far_loading_is(shapes):
    """Dropout draws from the generator of all threads while the next pictures are cut."""
    drawn = []
    for _ in range(2):
        torch.manual_seed(5)
        drawn.append(
            [torch.rand(50) for batch in DESCRIBED.data(shapes, batch_size=2).train for _ in range(20)]
        )
    torch.manual_seed(5)
    drawn.append([torch.rand(50) for _ in drawn[0]])
    for one in drawn[:2]:
        assert torch.equal(torch.stack(one), torch.stack(drawn[2]))


def test_validation_is_never_varied(shapes):
    valid = DESCRIBED.data(shapes).valid
    first, again = (torch.cat([batch.pictures for batch in valid]) for _ in range(2))
    plain = torch.cat(
        [batch.pictures for batch in DESCRIBED.new(item=Resize(24), batch=()).data(shapes).valid]
    )
    assert torch.equal(first, again) and torch.equal(first, plain)


@pytest.mark.slow
def test_processes_load_the_same_as_threads(shapes):
    """Spawned, so the description's items and transforms travel; twice, since processes stay for the next pass, and all
    know what one has decoded: the files are no longer read."""
    here, there = (DESCRIBED.data(shapes, batch_size=4, seed=1, workers=workers) for workers in (0, 2))
    for _ in range(3):
        assert torch.equal(*(passes(data, 1)[0] for data in (here, there)))
        for path in shapes.glob("*/*.png"):
            path.write_bytes(b"no picture")
    assert not there.refused


def torn(picture):
    raise KeyError("edge")


@pytest.mark.slow
def test_what_own_functions_do_wrong_in_processes_is_one_sentence(shapes):
    torn_there = DESCRIBED.new(item=[torn, Resize(24)]).data(shapes, workers=1)
    for ask in (torn_there.one_batch, lambda: torn_there.show_batch(2, unique=True)):
        with pytest.raises(
            DescriptionError, match=r"^\S+\.png: The function torn in `item` fails: .*Change `item`\.$"
        ):
            ask()
    with pytest.raises(
        DescriptionError, match=r"^The function <lambda> in `item` cannot be given to other processes"
    ):
        DESCRIBED.new(item=[lambda picture: picture, Resize(24)]).data(shapes, workers=1)


def test_a_picture_that_cannot_be_read_is_named_and_stops_nothing(shapes):
    broken = shapes / "circle" / "circle_000.png"
    data = DESCRIBED.data(shapes, batch_size=4)
    broken.write_bytes(broken.read_bytes()[:60])
    (shapes / "cross" / "cross_001.png").write_text("bread, milk, bears")
    seen = [place for part in (data.train, data.valid) for batch in part for place in batch.places.tolist()]
    assert len(seen) == 22
    refused = {one.path.rsplit("/", 1)[-1]: one for one in data.refused}
    assert set(refused) == {"circle_000.png", "cross_001.png"}
    assert refused["cross_001.png"].code is RefusalCode.OTHER_KIND and refused["circle_000.png"].reason
    again = [place for part in (data.train, data.valid) for batch in part for place in batch.places.tolist()]
    assert sorted(again) == sorted(seen) and len(data.readable(False)) + len(data.readable(True)) == 22


def test_nothing_readable_is_a_sentence(shapes):
    data = DESCRIBED.data(shapes)
    for path in shapes.glob("*/*.png"):
        path.write_bytes(b"")
    with pytest.raises(DescriptionError, match=r"None of the training pictures can be read; .*\.png: "):
        data.one_batch()


def test_one_batch_and_its_picture(shapes, tmp_path):
    data = DESCRIBED.data(shapes, batch_size=6)
    pictures, targets, _ = data.one_batch()
    assert pictures.shape == (6, 3, 24, 24) and len(targets) == 6
    chart = data.show_batch(n=8)
    assert isinstance(chart, Figure) and len(chart.axes) == 8
    assert {axes.get_title() for axes in chart.axes} <= set(data.classes)
    assert chart._repr_png_().startswith(b"\x89PNG")


def test_one_picture_several_times_shows_what_the_transforms_do(shapes):
    chart = DESCRIBED.data(shapes).show_batch(n=6, unique=True)
    shown = [axes.images[0].get_array().tobytes() for axes in chart.axes]
    assert len(set(shown)) == 6 and len({axes.get_title() for axes in chart.axes}) == 1
    plain = DESCRIBED.new(item=Resize(24), batch=()).data(shapes).show_batch(n=3, unique=True)
    assert len({axes.images[0].get_array().tobytes() for axes in plain.axes}) == 1


def test_a_title_is_no_formula(shapes):
    (shapes / "circle").rename(shapes / "$x_1$ <b>")
    titles = {axes.get_title() for axes in DESCRIBED.data(shapes).show_batch(n=18).axes}
    assert r"\$x_1\$ <b>" in titles


def test_the_walk_of_one_item_tells_every_step(shapes):
    walk = DESCRIBED.summary(shapes)
    assert walk.failed == "" and str(walk) == repr(DESCRIBED.data(shapes).summary())
    for part in (
        "24 items",
        "'circle'",
        "18 items to train on, 6 held out",
        "32 × 32",
        "24 × 24 × 3",
        "1 × 3 × 24 × 24",
    ):
        assert part in str(walk)


@pytest.mark.parametrize(
    ("parts", "step", "reason"),
    [
        ({"items": lambda source: []}, "Items", "has no items"),
        ({"labels": lambda item: int(item.stem)}, "Labels", "circle_000.png cannot be told: invalid literal"),
        ({"split": lambda item: False}, "Split", "hold out for validation"),
        ({"item": [lambda picture: picture.size, Resize(24)]}, "Item transform", "circle_000.png: The function"),
        ({"batch": lambda pictures: pictures.mean(dim=0)}, "Batch transforms", "ValueError: it gave"),
        ({"batch": lambda pictures: pictures / torch.ones(7)}, "Batch transforms", "RuntimeError: The size of tensor"),
    ],
)  # fmt: skip
def test_the_walk_names_the_step_that_fails_and_why(shapes, parts, step, reason):
    walk = DESCRIBED.new(**parts).summary(shapes)
    assert walk.failed == step and len(walk.lines) == STEPS.index(step)
    assert reason in walk.reason and f"{step} FAILED" in str(walk)


def test_a_step_of_ones_own_is_for_all_pictures_and_its_mistake_leaves_none_out(shapes):
    def dark(picture):
        return picture.point(lambda value: 0)

    data = DESCRIBED.new(item=[dark, RandomResizedCrop(24)], batch=()).data(shapes)
    assert all(not batch.pictures.any() for part in (data.train, data.valid) for batch in part)
    broken = DESCRIBED.new(item=[lambda picture: picture.size, Resize(24)]).data(shapes)
    with pytest.raises(DescriptionError, match=r"_00\d.png: The function .*in `item` fails: .*a tuple"):
        next(iter(broken.valid))
    assert not broken.refused


def test_the_walk_names_a_picture_that_does_not_open(shapes):
    (shapes / "circle" / "circle_000.png").write_bytes(b"")
    walk = DESCRIBED.summary(shapes)
    assert walk.failed == "Opening" and "circle_000.png: " in walk.reason and "empty" in walk.reason


@pytest.mark.parametrize("n", [2, 3])
def test_shares_have_each_picture_once_as_it_is_in_the_whole_batch(shapes, n):
    """Two pictures cannot be read, and the last batch has fewer than there are processes."""
    for place in DESCRIBED.data(shapes).assembly.rows(False)[[2, 9]]:
        DESCRIBED.data(shapes).assembly.items[place].write_bytes(b"no picture")
    whole = {}
    for batch in DESCRIBED.data(shapes, batch_size=4).train.epoch(3):
        whole |= dict(zip(batch.places.tolist(), batch.pictures, strict=True))
    seen, steps = [], []
    for rank in range(n):
        own = list(DESCRIBED.data(shapes, batch_size=4).train.epoch(3, share=Share(rank, n)))
        steps.append(len(own))
        for batch in own:
            is_there = batch.places != NOBODY
            assert len(batch.places) and (
                is_there.all() or (len(batch.places) == 1 and not batch.pictures.any())
            )
            for place, picture in zip(batch.places[is_there].tolist(), batch.pictures[is_there], strict=True):
                assert torch.equal(picture, whole[place])
                seen.append(place)
    assert sorted(seen) == sorted(whole) and len(whole) == 16
    assert steps == [5] * n, "all take each step"
