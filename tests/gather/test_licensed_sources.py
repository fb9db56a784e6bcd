"""Openverse, Wikimedia Commons and iNaturalist, in their real shapes: what is asked and what is read."""

import itertools

import pytest
from fakes.web import CONTACT
from tellapart.errors import BrokenError, LimitedError, RefusedError
from tellapart.gather.sources import open_source
from tellapart.web.client import Line

# Openverse


def test_openverse_is_asked_for_twenty_a_page_until_it_has_no_more(fake, source):
    found = list(source("openverse").search("brown bear", 1000))
    assert len(found) == 45 and len({one.url for one in found}) == 45
    assert [one.path for one in fake.openverse.asked] == ["/v1/images/"] * 3
    assert [one.params for one in fake.openverse.asked] == [
        {"q": "brown bear", "page": str(page), "page_size": "20"} for page in (1, 2, 3)
    ]
    agent = fake.openverse.asked[0].headers["User-Agent"]
    assert agent.startswith("tellapart/") and f"({CONTACT})" in agent and "python/3." in agent


def test_an_openverse_work_keeps_all_that_is_known_and_nothing_that_is_not(fake, source):
    first, second, third, fourth, *_ = source("openverse").search("bear", 5)
    assert (first.source, first.source_id, first.title, first.author) == (
        "openverse", "00000000-0000-4000-8000-000000000000", "Work 0", "Person 0",
    )  # fmt: skip
    assert (first.licence, first.licence_url) == ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/")
    assert (first.width, first.height, first.page_url) == (100, 96, "https://example.org/works/0")
    assert second.licence == "CC0 1.0" and second.width is None
    assert third.author is None and fourth.title is None and fourth.licence == "Public domain"
    assert first.thumb_url.endswith("/v1/images/0/thumb/") and first.fetched_url is None


def test_of_wikimedia_s_originals_openverse_s_thumbnail_is_fetched(fake, source):
    fake.openverse.link = lambda number: f"https://upload.wikimedia.org/{number}.jpg"
    (one,) = source("openverse").search("bear", 1)
    assert one.addresses == (one.thumb_url, "https://upload.wikimedia.org/0.jpg")


@pytest.mark.parametrize(
    ("licence", "kind", "asked"),
    [
        ("commercial", "any", {"license_type": "commercial"}), ("public-domain", "any", {"license": "cc0,pdm"}),
        ("any", "photo", {"category": "photograph"}), ("any", "clipart", {"category": "illustration"}),
    ],
)  # fmt: skip
def test_openverse_filters_by_licence_and_kind(fake, source, licence, kind, asked):
    found = list(source("openverse").search("bear", 10, licence, kind))
    assert found and asked.items() <= fake.openverse.asked[0].params.items()


def test_openverse_ends_at_240_works_and_says_so(fake, source):
    fake.openverse.n_works = 600
    openverse_ = source("openverse")
    assert len(list(openverse_.search("bear", 1000))) == 240 and "at most 240 works" in openverse_.remark
    assert len(fake.openverse.asked) == 12


def test_a_page_is_asked_for_only_when_its_first_picture_is_wanted(fake, source):
    found = source("openverse").search("bear", 1000)
    assert fake.openverse.asked == []
    for n_wanted, n_asked in ((20, 1), (1, 2), (19, 2), (1, 3)):
        for _ in range(n_wanted):
            next(found)
        assert len(fake.openverse.asked) == n_asked


# Wikimedia Commons


def test_commons_is_asked_as_its_rules_want(fake, source):
    found = list(source("commons").search("brown bear", 1000))
    first, second = fake.commons.asked
    assert first.path == "/w/api.php" and first.params == {
        "action": "query", "format": "json", "formatversion": "2", "generator": "search", "gsrnamespace": "6",
        "gsrlimit": "50", "gsroffset": "0", "gsrsearch": "brown bear filetype:bitmap", "prop": "imageinfo",
        "iiprop": "url|size|mime|mediatype|sha1|extmetadata", "iiurlwidth": "960",
        "iiextmetadatafilter": "LicenseShortName|LicenseUrl|License|UsageTerms|AttributionRequired|Artist|Credit|"
        "ObjectName|Restrictions",
    }  # fmt: skip
    assert (second.params["gsroffset"], second.params["continue"]) == ("50", "gsroffset||")
    assert CONTACT in first.headers["User-Agent"]
    assert len(found) == 56, "svg, tiff, pdf and the page without imageinfo are left out"


def test_a_commons_file_is_read_without_its_html_and_its_trackers(fake, source):
    found = list(source("commons").search("bear", 10))
    assert [one.source_id for one in found] == [str(9000 + n) for n in range(4, 14)], (
        "in the order of relevance"
    )
    first, second = found[:2]
    assert "utm_" not in first.url + first.fetched_url + first.thumb_url
    assert (first.author, first.title) == ("Pat & Kim 4", "Bear 4")
    assert (first.licence, second.licence) == ("Public domain", "CC BY-SA 4.0")
    assert second.licence_url == "https://creativecommons.org/licenses/by-sa/4.0"
    assert first.page_url == "https://commons.wikimedia.org/wiki/File:Bear_4.jpg" and first.width == 4000


def test_commons_without_a_contact_asks_for_one(fake, project):
    with Line(fake.web().guard) as line:
        commons_ = open_source("commons", fake.web(), line, project.manifest, project.cache_dir / "web")
        with pytest.raises(RefusedError, match="--contact you@example.org"):
            next(commons_.search("bear", 10))
    assert fake.commons.asked == []


def test_commons_errors_come_as_ordinary_answers(fake, source):
    fake.commons.errors = ["badvalue"]
    with pytest.raises(BrokenError, match=r"did not understand.*It is badvalue"):
        next(source("commons").search("bear", 10))


@pytest.mark.parametrize("code", ["ratelimited", "maxlag"])
def test_commons_is_asked_again_after_the_pause_that_its_ordinary_answer_names(fake, source, code):
    fake.commons.errors, fake.commons.retry_after = [code], "0.2"
    assert next(source("commons").search("bear", 10)) and len(fake.commons.asked) == 2
    fake.commons.errors = [code] * 9
    with pytest.raises(LimitedError, match="Wikimedia Commons asks for a pause of 0 s"):
        next(source("commons").search("brown bear", 10))
    assert len(fake.commons.asked) == 5, "three tries, not nine"
    fake.commons.retry_after = ""
    with pytest.raises(
        LimitedError, match="Wikimedia Commons asks for a pause of 60 s. Gather again"
    ) as caught:
        next(source("commons").search("grizzly bear", 10))
    assert caught.value.wait_s == 60 and len(fake.commons.asked) == 6


def test_commons_is_asked_again_when_its_search_is_too_busy(fake, source):
    fake.commons.retry_after = ""
    fake.commons.errors = ["cirrussearch-too-busy-error", "internal_api_error_DBQueryError"]
    assert next(source("commons").search("bear", 10)) and len(fake.commons.asked) == 3
    fake.commons.errors = ["cirrussearch-too-busy-error"] * 3
    with pytest.raises(BrokenError, match="problem of its own"):
        next(source("commons").search("brown bear", 10))


# iNaturalist


def test_inaturalist_first_asks_what_the_word_means_and_says_it(fake, source):
    inaturalist_ = source("inaturalist")
    found = list(inaturalist_.search("brown bear", 1000))
    taxon, observations = fake.inaturalist.asked
    assert (taxon.path, taxon.params["q"]) == ("/v1/taxa/autocomplete", "brown bear")
    assert observations.path == "/v1/observations" and observations.params == {
        "taxon_id": "41641", "quality_grade": "research", "photos": "true",
        "photo_license": "cc0,cc-by,cc-by-sa,cc-by-nc", "per_page": "200", "page": "1", "order_by": "votes",
    }  # fmt: skip
    assert (
        inaturalist_.remark
        == "iNaturalist searched for Brown Bear (Ursus arctos), its match for 'brown bear'."
    )
    assert {one.licence for one in found} == {"CC BY 4.0", "CC0 1.0", "CC BY-NC 4.0"}, (
        "each photo's own licence"
    )


def test_photos_of_one_observation_share_their_subject(source):
    found = list(source("inaturalist").search("brown bear", 1000))
    assert found[0].subject == "inaturalist:500" and any(
        one.subject == other.subject for one, other in itertools.pairwise(found)
    )
    assert found[0].url.endswith("/large.jpeg?0") and found[0].thumb_url.endswith("/small.jpeg?0")
    assert (found[0].author, found[1].author) == ("Jane Doe", "jane")
    assert (found[0].width, found[0].page_url) == (2048, "https://www.inaturalist.org/observations/500")


def test_among_other_sources_only_an_exact_name_is_taken(fake, source):
    inaturalist_ = source("inaturalist", is_one_of_many=True)
    assert list(inaturalist_.search("teddy", 10)) == [] and len(fake.inaturalist.asked) == 1
    assert "called exactly 'teddy'; the closest is Teddy-bear Cholla" in inaturalist_.remark
    alone = source("inaturalist")
    assert next(alone.search("teddy", 10)) and "searched for Teddy-bear Cholla" in alone.remark
    assert (
        list(alone.search("zzz", 10)) == []
        and "knows no animal, plant or fungus called 'zzz'" in alone.remark
    )
    assert list(alone.search("bear", 10, kind="line")) == [] and "only has photographs" in alone.remark


def test_inaturalist_filters_by_licence(fake, source):
    found = list(source("inaturalist").search("brown bear", 1000, "public-domain"))
    assert fake.inaturalist.asked[-1].params["photo_license"] == "cc0" and {one.licence for one in found} == {
        "CC0 1.0"
    }
