"""Gathering against a whole web on this computer: what comes, from which source, and what is said when none answers."""

import contextlib
import json

import pytest
from fakes.web import CONTACT
from tellapart.errors import GatherError, IntakeError
from tellapart.gather import gather


def by_source(summary):
    return {report.name: (report.outcome, report.n_found) for report in summary.sources}


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
        and "iNaturalist searched for Brown Bear (Ursus arctos), its match for 'brown bear'." in said
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
        GatherError, match=r"No source answered. Openverse refuses.*your own folders and the camera"
    ):
        gathered(source="openverse")


def test_without_any_internet_everything_ends_in_one_sentence(project, fake):
    web = fake.web()
    fake.close()
    with pytest.raises(
        GatherError,
        match=r"No source answered. Is this computer offline\? Openverse does not answer.*Wikimedia.*sample pictures",
    ):
        gather(project, "bear", "bear", web=web, contact=CONTACT)


def test_when_the_internet_goes_away_meanwhile_it_is_noticed(gathered, fake, project):
    fake.openverse.link = lambda number: f"http://no-such-{number}.invalid/a.jpg"
    fake.openverse.n_works = 100
    with pytest.raises(
        GatherError, match=r"last \d\d pictures could not be reached. Is this computer offline"
    ):
        gathered(limit=100, source="openverse")
    rows = project.manifest.rows("SELECT count(*) FROM candidates WHERE fate = 'unreachable'")
    assert rows[0][0] >= 40


@pytest.mark.parametrize(("n_hosts", "most_runs"), [(1, 1), (100, 3)])
def test_a_list_with_many_dead_addresses_is_gathered_to_its_end(gathered, fake, tmp_path, n_hosts, most_runs):
    dead = [f"http://no-such-{number % n_hosts}.invalid/{number}.jpg" for number in range(100)]
    good = [fake.pictures.link(number) for number in range(5)]
    (tmp_path / "list.txt").write_text("\n".join([*dead, *good]))
    summary, n_runs = None, 0
    while summary is None and n_runs < most_runs:
        n_runs += 1
        with contextlib.suppress(GatherError):  # many dead servers in a row may be this computer's fault
            summary = gathered(limit=105, source=str(tmp_path / "list.txt"))
    assert summary is not None, f"it has not come to the end in {n_runs} run(s)"
    assert summary.n_added == 5 and summary.n_refused["unreachable"] == 100


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
    assert "license-L2_L3_L4" in fake.bing.asked[0].params["qft"] and "gives no proof" in summary.notes[0]
    assert {picture.licence for picture in project.manifest.pictures()} == {None}


# wishes


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"query": ""}, "The query is empty"), ({"query": " \n\x00 "}, "The query is empty"),
        ({"query": "a" * 1000}, "has 1,000 characters; the limit is 200"), ({"limit": 0}, "0 pictures cannot be gathered"),
        ({"limit": 100_000}, "100,000 pictures cannot be gathered at once. Choose 1 to 10,000"), ({"limit": -5}, "-5 pictures"),
        ({"source": "gogle"}, "There is no source 'gogle'"), ({"source": "no.csv"}, "no.csv does not exist"),
        ({"licence": "free"}, "licence='free' is not known"), ({"kind": "video"}, "kind='video' is not known"),
        ({"contact": "me"}, "neither an email address nor a web page"), ({"contact": "a@b.org\r\nX: y"}, "neither"),
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


def test_the_summary_is_plain_json(gathered):
    record = json.loads(json.dumps(gathered(limit=5).to_json()))
    assert (
        record["sentence"] == "5 asked, 5 added" and record["sources"][0]["sentence"] == "Openverse found 5."
    )
