"""Gathering against a whole web on this computer: failover, limits, refusals, copies, previews and bad wishes."""

import json
import shutil
import socket
import threading
import time

import pytest
from fakes.pictures import photo
from fakes.web import CONTACT
from tellapart.errors import Cancelled, GatherError, IntakeError, ProjectError
from tellapart.gather import discard_held, gather, held_pictures, keep_held, take_in
from tellapart.images import thumbnail_jpeg
from tellapart.journal import Remove
from tellapart.project import open_project


def numbers(summary, *fates):
    return [summary.n_refused[fate] for fate in fates]


def by_source(summary):
    return {report.name: (report.outcome, report.n_found) for report in summary.sources}


# what comes


def test_every_picture_has_its_source_query_page_author_licence_and_time(gathered, project):
    summary = gathered(limit=30)
    assert summary.sentence() == "30 asked, 30 added"
    pictures = project.manifest.pictures("bear")
    assert len(pictures) == 30
    for picture in pictures:
        assert (picture.source, picture.query, picture.label) == ("openverse", "brown bear", "bear")
        assert picture.source_url and picture.page_url.startswith("https://example.org/works/")
        assert picture.licence and picture.licence_url and picture.added_at
        assert project.file(picture).read_bytes()[:3] == b"\xff\xd8\xff" and project.file(
            picture
        ).name.startswith("openverse-")
    assert {picture.author for picture in pictures} >= {"Person 0", None}
    assert list(project.incoming_dir.iterdir()) == []


def test_the_next_source_tops_up_and_each_says_what_it_did(gathered, fake):
    summary = gathered(limit=150)
    assert summary.n_added == 150
    assert by_source(summary) == {
        "openverse": ("results", 45), "commons": ("results", 56), "inaturalist": ("results", 36),
        "bing": ("results", 13), "duckduckgo": ("not asked", 0),
    }  # fmt: skip
    said = " ".join(report.sentence() for report in summary.sources)
    assert (
        "Openverse found 45." in said
        and "iNaturalist took 'brown bear' to mean Brown Bear (Ursus arctos)." in said
    )


def test_no_source_is_asked_that_is_not_needed(gathered, fake):
    gathered(limit=20)
    assert len(fake.openverse.asked) == 1 and not fake.commons.asked and not fake.bing.asked


def test_sixty_pictures_of_bing_take_two_questions(gathered, fake):
    assert gathered(limit=60, source="bing").n_added == 60
    assert [one.params["first"] for one in fake.bing.asked] == ["1", "36"]


@pytest.mark.parametrize("script", ["limited", "refused", "trouble", "nonsense", "html", "strange", "cut"])
def test_when_one_source_is_down_the_work_goes_on_with_another(gathered, fake, script):
    fake.openverse.script = script if script != "trouble" else ["trouble"] * 3
    summary = gathered(limit=30)
    assert summary.n_added == 30 and by_source(summary)["commons"] == ("results", 30)
    report = summary.sources[0]
    assert report.outcome in ("limited", "refused", "broken") and report.sentence().startswith("Openverse ")


def test_nothing_found_is_no_outage(gathered, fake):
    fake.set_scripts("empty")
    summary = gathered(query="zzzz", source="openverse")
    assert summary.sentence() == "nothing found" and summary.sources[0].outcome == "nothing"


def test_an_outage_is_no_empty_result(gathered, fake):
    fake.set_scripts("refused")
    with pytest.raises(
        GatherError, match=r"No source gave an answer. Openverse refuses.*camera are still there"
    ):
        gathered(source="openverse")


def test_without_any_internet_everything_ends_in_one_sentence(project, fake):
    web = fake.web()
    fake.close()
    with pytest.raises(
        GatherError,
        match=r"No source gave an answer. Is this computer offline\? Openverse gives no answer.*Wikimedia.*sample pictures",
    ):
        gather(project, "bear", "bear", web=web, contact=CONTACT)


def test_when_the_internet_goes_away_meanwhile_it_is_noticed(gathered, fake, project, monkeypatch):
    def unknown(host, *args, **kwargs):
        if host.endswith(".invalid"):
            raise socket.gaierror(-2, "Name or service not known")
        return look_up(host, *args, **kwargs)

    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    fake.openverse.link = lambda number: f"http://no-such-{number}.invalid/a.jpg"
    fake.openverse.n_works = 100
    with pytest.raises(
        GatherError, match=r"last \d\d pictures could not be reached. Is this computer offline"
    ):
        gathered(limit=100, source="openverse")
    rows = project.manifest.rows("SELECT count(*) FROM candidates WHERE fate = 'unreachable'")
    assert rows[0][0] >= 40


# licences and kinds


def test_only_pictures_with_a_fitting_licence_are_taken_and_sources_that_know_none_are_left_out(
    gathered, fake, project
):
    summary = gathered(limit=200, licence="public-domain")
    assert {picture.licence for picture in project.manifest.pictures()} == {"CC0 1.0", "Public domain"}
    assert (
        summary.sources[3].outcome == "not asked"
        and "does not know the licences" in summary.sources[3].sentence()
    )
    assert not fake.bing.asked and fake.openverse.asked[0].params["license"] == "cc0,pdm"


def test_a_licence_is_checked_on_each_picture_whatever_the_service_was_asked(gathered, fake, project):
    fake.openverse._fits = lambda number, params: True
    summary = gathered(limit=40, source="openverse", licence="commercial")
    assert summary.n_refused["other licence"] == 9 and "CC BY-NC 2.0" in summary.refusals[0].reason
    assert not any("NC" in picture.licence for picture in project.manifest.pictures())


def test_bing_s_licence_filter_is_used_and_not_believed(gathered, fake, project):
    summary = gathered(limit=10, source="bing", licence="commercial")
    assert "license-L2_L3_L4" in fake.bing.asked[0].params["qft"] and "proves nothing" in summary.notes[0]
    assert {picture.licence for picture in project.manifest.pictures()} == {None}


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
    assert summary.sentence() == "50 here already from the same search, nothing new"
    assert len(fake.pictures.asked) + len(fake.openverse.asked) + len(fake.commons.asked) == n_asked
    more = gathered(limit=70)
    assert more.sentence() == "20 asked, 20 added, 50 here from before"


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


# looking first


def test_pictures_wait_until_a_person_has_looked(gathered, project):
    summary = gathered(limit=20, is_held=True)
    assert summary.sentence() == "20 asked, 20 waiting for your choice" and project.manifest.n_pictures() == 0
    held = held_pictures(project)
    assert len(held) == 20 == len(held_pictures(project, "bear")) and held_pictures(project, "teddy") == []
    assert held[0].candidate.author == "Person 0" and thumbnail_jpeg(held[0].file)
    kept = keep_held(project, [one.number for one in held[:12]])
    assert kept.n_added == 12 and project.manifest.label_counts() == {"bear": 12}
    assert project.manifest.pictures()[0].licence == "CC BY 4.0"
    assert discard_held(project, [one.number for one in held[10:15]]) == 3, "kept ones are not discarded"
    assert len(held_pictures(project)) == 5 == len(list(project.held_dir.iterdir()))
    with open_project(project.root) as again:
        assert len(held_pictures(again)) == 5 and again.changes == []
    more = gathered(limit=20, is_held=True)
    assert more.n_added == 3 and more.n_before == 17, (
        "for each one discarded another comes, and never the same"
    )
    assert {one.image_id for one in held_pictures(project)}.isdisjoint({one.image_id for one in held[10:15]} - {
        picture.image_id for picture in project.manifest.pictures()})  # fmt: skip


def test_a_picture_waits_once_and_is_not_held_when_it_is_here(gathered, project):
    gathered(limit=10, is_held=True, source="openverse")
    other = gathered("teddy", limit=10, is_held=True, source="openverse")
    assert (
        other.n_refused["already here"] == 10 + 25 + 0 or "for the label 'bear'" in other.refusals[0].reason
    )
    keep_held(project, [one.number for one in held_pictures(project, "bear")])
    assert project.manifest.label_counts()["bear"] == 10


def test_held_pictures_whose_cache_was_thrown_away_are_fetched_again(gathered, project):
    gathered(limit=10, is_held=True)
    held = held_pictures(project)
    shutil.rmtree(project.held_dir)
    assert held_pictures(project) == []
    lost = keep_held(project, [one.number for one in held])
    assert lost.n_added == 0 and "gather again to fetch it" in lost.refusals[0].reason
    assert gathered(limit=10).n_added == 10


# stopping


def test_stopping_takes_a_moment_however_the_servers_hang(gathered, fake, project):
    fake.openverse.link = lambda number: fake.pictures.link(number, "hang" if number >= 10 else "photo")
    stopped = threading.Event()

    def progress(done, total, message):
        if done >= 10 and not stopped.is_set():
            stopped.set()
            progress.clock = time.monotonic()
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        gathered(limit=40, source="openverse", progress=progress)
    assert time.monotonic() - progress.clock < 10, "it waited for servers that hang for a minute"
    assert project.manifest.n_pictures() == 10 and list(project.incoming_dir.iterdir()) == []
    fake.openverse.link = lambda number: fake.pictures.link(number)
    shutil.rmtree(project.cache_dir / "web")
    assert gathered(limit=40, source="openverse", limits={"total_s": 3.0}).n_added >= 30


def test_stopping_takes_a_moment_when_the_service_itself_hangs(gathered, fake):
    fake.openverse.script = "slow"
    clock = 0.0

    def progress(done, total, message):
        nonlocal clock
        if fake.openverse.asked and not clock:
            clock = time.monotonic()
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        gathered(progress=progress)
    assert time.monotonic() - clock < 10, "it waited for a service that hangs"


def test_a_disk_that_fills_up_ends_in_a_sentence_and_loses_nothing(gathered, project, fake, monkeypatch):
    import errno

    from tellapart.gather import downloads

    real = downloads.Downloads._write

    async def write(self, response, part):
        if project.manifest.n_pictures() >= 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        return await real(self, response, part)

    monkeypatch.setattr(downloads.Downloads, "_write", write)
    with pytest.raises(ProjectError, match="is full. Nothing was lost; free some space"):
        gathered(limit=40)
    kept = project.manifest.n_pictures()
    assert 5 <= kept < 40 and list(project.incoming_dir.iterdir()) == []
    monkeypatch.setattr(downloads.Downloads, "_write", real)
    summary = gathered(limit=40)
    assert (summary.n_before, summary.n_added) == (kept, 40 - kept)


# bad wishes


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"query": ""}, "The query is empty"), ({"query": " \n\x00 "}, "The query is empty"),
        ({"query": "a" * 1000}, "has 1,000 characters; sources look at 200"), ({"limit": 0}, "0 pictures cannot be gathered"),
        ({"limit": 100_000}, "100,000 pictures cannot be gathered at once; ask for 1 to 10,000"), ({"limit": -5}, "-5 pictures"),
        ({"source": "gogle"}, "No source is called 'gogle'"), ({"source": "no.csv"}, "no.csv does not exist"),
        ({"licence": "free"}, "licence='free' is not known"), ({"kind": "video"}, "kind='video' is not known"),
        ({"contact": "me"}, "neither a mail address nor a web page"), ({"contact": "a@b.org\r\nX: y"}, "neither"),
    ],
)  # fmt: skip
def test_a_wish_that_is_no_use_is_said_before_anything_is_asked(project, fake, wanted, said):
    with pytest.raises(GatherError, match=said):
        gather(project, "bear", **{"query": "bear", "web": fake.web(), **wanted})
    assert fake.openverse.asked == []


def test_a_label_that_is_no_use_is_said(project, fake):
    with pytest.raises(IntakeError, match="label is empty"):
        gather(project, " ", "bear", web=fake.web())


@pytest.mark.parametrize("query", ["دب بني", "🐻🧸 teddy", "x" * 200])
def test_queries_of_any_script_are_kept_as_they_are(gathered, project, query):
    assert gathered("دب", query=query, limit=5).n_added == 5
    assert {picture.query for picture in project.manifest.pictures("دب")} == {query}


def test_without_a_contact_commons_is_left_out_and_says_how_to_have_it(project, fake):
    summary = gather(project, "bear", "bear", limit=60, web=fake.web())
    assert (
        summary.sources[1].outcome == "refused"
        and "--contact" in summary.sources[1].sentence()
        and summary.n_added
    )
    gather(project, "bear", "bear", limit=5, web=fake.web(), contact=CONTACT)
    again = gather(project, "bear", "grizzly bear", limit=90, web=fake.web())
    assert by_source(again)["commons"][0] == "results", "it was remembered"


# lists of addresses


def test_a_list_is_gathered_like_a_search(gathered, fake, project, tmp_path):
    path = tmp_path / "list.csv"
    rows = [f"{fake.pictures.link(n)},{'bear' if n % 2 else 'fox'},Ann,cc-by-4.0" for n in range(20)]
    path.write_text("url,label,author,licence\n" + "\n".join(rows) + "\nfile:///etc/passwd,bear,,\n")
    summary = gathered("bear", query="", source=str(path))
    assert summary.sentence() == "11 asked, 10 added, 1 not allowed"
    assert {(one.source, one.author, one.licence) for one in project.manifest.pictures()} == {
        ("list", "Ann", "CC BY 4.0")
    }


def test_the_same_address_a_thousand_times_is_fetched_once(gathered, fake, tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("\n".join([fake.pictures.link(1)] * 1000))
    summary = gathered(query="", source=str(path), limit=1000)
    assert (summary.n_added, summary.n_named_twice, len(fake.pictures.asked)) == (1, 999, 1)
    assert summary.sentence() == "1 asked, 1 added, 999 named twice"


def test_of_a_long_list_only_what_is_wanted_is_read_and_written_down(gathered, fake, project, tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("\n".join(fake.pictures.link(number) for number in range(200_000)))
    assert gathered(query="", source=str(path), limit=60).n_added == 60
    assert project.manifest.rows("SELECT count(*) FROM candidates") == [(60,)]


def test_the_summary_is_plain_json(gathered):
    record = json.loads(json.dumps(gathered(limit=5).to_json()))
    assert (
        record["sentence"] == "5 asked, 5 added" and record["sources"][0]["sentence"] == "Openverse found 5."
    )
