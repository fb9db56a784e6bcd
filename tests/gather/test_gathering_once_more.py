"""What does not come has a reason and is counted; and what a second search brings."""

from fakes.pictures import photo
from tellapart.gather import take_in
from tellapart.store.journal import Remove


def numbers(summary, *fates):
    return [summary.n_refused[fate] for fate in fates]


# what does not come


def test_every_refusal_has_its_reason_and_is_counted(gathered, fake, project):
    kinds = {
        3: "tiny",
        7: "html",
        11: "cutfile",
        13: "status/404",
        17: "svg",
        19: "same",
        20: "same",
        23: "to-private",
    }
    fake.openverse.link = lambda n: fake.pictures.link(
        n, kinds.get(n, "photo"), ".png" if kinds.get(n) == "tiny" else ".jpg"
    )
    summary = gathered(limit=200, source="openverse")
    assert numbers(summary, "too small", "unreadable", "unreachable", "already here", "not allowed") == [
        1,
        3,
        1,
        1,
        1,
    ]
    assert summary.sentence() == (
        "45 asked, 38 added, 1 already here, 1 too small, 3 unreadable, 1 unreachable, 1 not allowed"
    )
    assert summary.n_asked == summary.n_added + sum(summary.n_refused.values())
    reasons = " ".join(refusal.reason for refusal in summary.refusals)
    for said in (
        "a web page",
        "damaged or cut off",
        "answers 404",
        "SVG",
        "10.0.0.1",
        "already here as images/bear/",
    ):
        assert said in reasons
    assert len(project.manifest.refusals()) == 6, "what could not be reached may come another time"


def test_more_are_fetched_for_those_that_were_no_use(gathered, fake):
    fake.openverse.link = lambda number: fake.pictures.link(number, "html" if number % 2 else "photo")
    summary = gathered(limit=20, source="openverse")
    assert summary.n_added == 20 and summary.n_refused["unreadable"] == 19


def test_exact_copies_are_never_added_not_even_to_another_label(gathered, project, fake, tmp_path):
    (tmp_path / "mine" / "grizzly").mkdir(parents=True)
    (tmp_path / "mine" / "grizzly" / "3.jpg").write_bytes(photo(3))
    take_in(project, tmp_path / "mine")
    summary = gathered(limit=45, source="openverse")
    (refusal,) = summary.refusals
    assert (
        refusal.reason == "already here as images/grizzly/3.jpg, with the label 'grizzly'"
        and summary.n_added == 44
    )
    n_asked = len(fake.pictures.asked)
    again = gathered("teddy", limit=45, source="openverse")
    assert again.n_added == 0 and again.n_refused["already here"] == 45
    assert "with the label 'bear'" in again.refusals[0].reason
    assert len(fake.pictures.asked) == n_asked + 1, "an address that is known need not be fetched again"


# once more


def test_the_same_wish_again_brings_nothing_twice_and_costs_nothing(gathered, fake):
    gathered(limit=50)
    n_asked = len(fake.pictures.asked) + len(fake.openverse.asked) + len(fake.commons.asked)
    summary = gathered(limit=50)
    assert summary.sentence() == "50 added earlier, nothing new"
    assert len(fake.pictures.asked) + len(fake.openverse.asked) + len(fake.commons.asked) == n_asked
    more = gathered(limit=70)
    assert more.sentence() == "20 asked, 20 added, 50 added earlier"


def test_what_was_removed_since_is_topped_up_with_others(gathered, project):
    gathered(limit=20)
    removed = [picture.image_id for picture in project.manifest.pictures()[:5]]
    project.journal.decide(*map(Remove, removed))
    assert gathered(limit=20).n_added == 5 and project.manifest.n_pictures() == 20
    assert not set(removed) & {picture.image_id for picture in project.manifest.pictures()}


def test_what_could_not_be_reached_is_tried_again_the_next_time(gathered, fake):
    fake.openverse.link = lambda number: fake.pictures.link(number, "flaky")
    first = gathered(limit=45, source="openverse", limits={"n_tries": 1})
    assert first.n_refused["unreachable"] == 45
    assert gathered(limit=45, source="openverse").n_added == 45


def test_a_picture_that_never_came_is_tried_no_further_than_its_turn(gathered, fake):
    """Fetched are the first that are wanted, in the order in which they were found, whatever arrives first."""
    fake.openverse.link = lambda number: fake.pictures.link(number, "html" if number == 2 else "photo")
    gathered(limit=10, source="openverse")
    assert sorted({one.path for one in fake.pictures.asked}) == sorted(
        f"/{'html' if number == 2 else 'photo'}/{number}.jpg" for number in range(11)
    )
