"""Each source against a server with its real shapes: what is asked, what is read, and what is said when it goes wrong."""

import importlib.metadata
import itertools
import time

import pytest
from fakes.server import Answer
from fakes.web import CONTACT
from tellapart.errors import AbsentError, BrokenError, LimitedError, RefusedError, SilentError, SourceError
from tellapart.gather import sources
from tellapart.gather.line import Line
from tellapart.gather.sources import bing, commons, duckduckgo, inaturalist, open_source, openverse
from tellapart.gather.sources.service import AnswerCache, Service


@pytest.fixture
def line(fake):
    with Line(fake.web().guard, CONTACT) as line:
        yield line


@pytest.fixture
def source(fake, line, project):
    """A source by its name, as gathering opens it."""

    def opened(name, is_one_of_many=False):
        return open_source(
            name, fake.web(), line, project.manifest, project.cache_dir / "web", is_one_of_many
        )

    return opened


def test_the_public_addresses_are_the_real_ones():
    assert sources._BASES == {
        "openverse": "https://api.openverse.org", "commons": "https://commons.wikimedia.org",
        "inaturalist": "https://api.inaturalist.org", "bing": "https://www.bing.com",
    }  # fmt: skip
    assert sources.PUBLIC_WEB.bases == {} and not sources.PUBLIC_WEB.guard.may_be_local
    assert sources.PUBLIC_WEB.gap_s >= 1 and duckduckgo.BACKENDS == "duckduckgo,bing"


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
    fake.commons.error = "ratelimited"
    with pytest.raises(LimitedError, match="asked too often"):
        next(source("commons").search("bear", 10))
    fake.commons.error = "badvalue"
    with pytest.raises(BrokenError, match=r"does not understand.*It is badvalue"):
        next(source("commons").search("bear", 10))


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
    assert inaturalist_.remark == "iNaturalist took 'brown bear' to mean Brown Bear (Ursus arctos)."
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
    assert "called exactly 'teddy'; the nearest is Teddy-bear Cholla" in inaturalist_.remark
    alone = source("inaturalist")
    assert next(alone.search("teddy", 10)) and "took 'teddy' to mean Teddy-bear Cholla" in alone.remark
    assert (
        list(alone.search("zzz", 10)) == []
        and "knows no animal, plant or fungus called 'zzz'" in alone.remark
    )
    assert list(alone.search("bear", 10, kind="line")) == [] and "only photographs" in alone.remark


def test_inaturalist_filters_by_licence(fake, source):
    found = list(source("inaturalist").search("brown bear", 1000, "public-domain"))
    assert fake.inaturalist.asked[-1].params["photo_license"] == "cc0" and {one.licence for one in found} == {
        "CC0 1.0"
    }


# Bing


def test_sixty_pictures_of_bing_take_two_questions_and_none_is_repeated(fake, source):
    found = list(source("bing").search("brown bear", 60))
    assert len({one.url for one in found}) == 60
    assert [one.params["first"] for one in fake.bing.asked] == ["1", "36"]
    assert fake.bing.asked[0].path == "/images/async"
    assert fake.bing.asked[0].params == {
        "q": "brown bear", "first": "1", "count": "35", "adlt": "moderate", "mkt": "en-US",
    }  # fmt: skip
    assert "Mozilla/5.0" in fake.bing.asked[0].headers["User-agent"], "the package's own"


def test_what_the_package_throws_away_is_kept(source):
    one = next(source("bing").search("bear", 5))
    assert (one.title, one.page_url) == ("Bear & cub 0", "https://example.org/page/0?a=1&b=2")
    assert one.licence is None and one.thumb_url


@pytest.mark.parametrize(
    ("licence", "kind", "qft"),
    [
        ("any", "photo", "+filterui:photo-photo"), ("public-domain", "any", "+filterui:license-L1"),
        ("commercial", "clipart", "+filterui:photo-clipart+filterui:license-L2_L3_L4"),
    ],
)  # fmt: skip
def test_bing_filters_by_licence_and_kind(fake, source, licence, kind, qft):
    next(source("bing").search("bear", 5, licence, kind))
    assert fake.bing.asked[0].params["qft"] == qft


def test_bing_that_repeats_itself_is_left_in_words(fake, source):
    fake.bing.n_links = 50
    bing_ = source("bing")
    assert len(list(bing_.search("bear", 1000))) == 50
    assert bing_.remark == "Bing answers, but with nothing new since page 2." and len(fake.bing.asked) <= 4


@pytest.mark.parametrize("script", ["empty", "no matches"])
def test_bing_may_find_nothing(fake, source, script):
    fake.bing.script = script
    assert list(source("bing").search("zzz", 10)) == []


def test_a_captcha_is_no_empty_result(fake, source):
    fake.bing.script = "captcha"
    with pytest.raises(RefusedError, match="captcha"):
        next(source("bing").search("bear", 10))


def test_a_module_called_bing_that_lies_about_is_not_taken(source, tmp_path, monkeypatch):
    (tmp_path / "bing.py").write_text("raise SystemExit('taken')")
    monkeypatch.syspath_prepend(tmp_path)
    assert next(source("bing").search("bear", 5))


def test_without_the_packages_the_sentence_names_them(source, monkeypatch):
    def missing(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "distribution", missing)
    with pytest.raises(AbsentError, match=r"bing-image-downloader 1.1.3.*pip install 'tellapart\[search\]'"):
        next(source("bing").search("bear", 5))
    monkeypatch.setitem(__import__("sys").modules, "ddgs", None)
    with pytest.raises(AbsentError, match=r"ddgs.*pip install 'tellapart\[search\]'"):
        next(source("duckduckgo").search("bear", 5))


# DuckDuckGo


@pytest.fixture
def ddgs_asks_the_fake(fake, monkeypatch):
    engine = pytest.importorskip("ddgs.engines.bing_images", reason="ddgs is not installed")
    monkeypatch.setattr(engine.BingImages, "search_url", f"{fake.bing.url}/images/async")


@pytest.mark.usefixtures("ddgs_asks_the_fake")
def test_duckduckgo_brings_pictures_with_their_pages(fake, source):
    found = list(source("duckduckgo").search("bear", 50))
    assert len({one.url for one in found}) == 50 and found[0].page_url and found[0].licence is None
    assert [one.params["first"] for one in fake.bing.asked] == ["1", "36"]


@pytest.mark.usefixtures("ddgs_asks_the_fake")
@pytest.mark.parametrize("script", ["empty", "limited", "refused", "no matches"])
def test_duckduckgo_s_silence_is_called_no_answer(fake, source, script):
    fake.bing.script = script
    with pytest.raises(SilentError, match="does not say whether"):
        next(source("duckduckgo").search("bear", 50))


# all of them


@pytest.mark.parametrize("name", ["openverse", "commons", "inaturalist", "bing"])
def test_the_five_outcomes_are_never_mixed_up(fake, source, name):
    service = fake.services[name]
    service.script = "empty"
    assert list(source(name).search("nothing here", 10)) == []
    service.script = "refused"
    with pytest.raises(RefusedError):
        next(source(name).search("refused", 10))
    service.script = ["trouble"] * 3
    with pytest.raises(BrokenError, match="trouble of its own.*502"):
        next(source(name).search("trouble", 10))
    service.script = ["cut"] * 3
    with pytest.raises(BrokenError, match="gives no answer"):
        next(source(name).search("brown bear", 10))
    if name != "bing":
        for script in ("nonsense", "html", "strange"):
            service.script = script
            with pytest.raises(BrokenError, match="Update|again later"):
                next(source(name).search(script, 10))
    service.script = "limited"
    with pytest.raises(LimitedError) as caught:
        next(source(name).search("limited", 10))
    assert caught.value.wait_s == (60 if name == "inaturalist" else 600)
    n_asked = len(service.asked)
    service.script = "ok"
    with pytest.raises(LimitedError):
        next(source(name).search("again", 10))
    assert len(service.asked) == n_asked, "nobody asks before the pause is over"


def test_trouble_that_passes_and_short_pauses_are_waited_out(fake, source):
    fake.openverse.script, fake.openverse.retry_after = ["trouble", "limited"], "1"
    clock = time.monotonic()
    assert next(source("openverse").search("bear", 5)) and time.monotonic() - clock >= 1
    assert len(fake.openverse.asked) == 3


@pytest.mark.parametrize("name", ["openverse", "commons", "inaturalist", "bing"])
def test_a_repeated_query_costs_nothing(fake, source, name):
    first = list(source(name).search("brown bear", 50))
    n_asked = len(fake.services[name].asked)
    assert list(source(name).search("brown bear", 50)) == first and len(fake.services[name].asked) == n_asked
    list(source(name).search("grizzly bear", 50))
    assert len(fake.services[name].asked) > n_asked


def test_a_damaged_or_old_cache_is_asked_anew(tmp_path, monkeypatch):
    cache = AnswerCache(tmp_path)
    cache.put({"q": 1}, [1])
    assert cache.get({"q": 1}) == [1] and cache.get({"q": 2}) is None
    (file,) = tmp_path.iterdir()
    whole = file.read_text()
    file.write_text(whole[:20])
    assert cache.get({"q": 1}) is None
    file.write_text(whole)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 8 * 24 * 3600)
    assert cache.get({"q": 1}) is None


def test_questions_to_one_service_keep_their_distance(fake, line, project):
    service = Service(
        "Openverse", fake.openverse.url, line, project.manifest, AnswerCache(project.cache_dir), gap_s=0.3
    )
    clock = time.monotonic()
    for page in range(3):
        service.text("/v1/images/", {"q": "bear", "page": str(page + 1)})
    assert time.monotonic() - clock >= 0.6


def test_a_service_that_cannot_be_reached_is_said_in_words(line, project):
    for base, said in (
        ("http://127.0.0.1:9", "cannot be reached"),
        ("http://no-such.invalid", "name is not known"),
    ):
        service = Service(
            "Openverse", base, line, project.manifest, AnswerCache(project.cache_dir), gap_s=0.0
        )
        with pytest.raises(BrokenError, match=f"Openverse gives no answer: .*{said}"):
            service.text("/", {})


def test_a_service_may_send_us_on_within_the_public_web_only(fake, source):
    answer = fake.openverse.answer

    def moved(asked):
        if asked.path == "/v1/images/":
            return Answer(status=301, headers=(("Location", f"/v2/images/?page={asked.params['page']}"),))
        return answer(asked)

    fake.openverse.answer = moved
    assert next(source("openverse").search("bear", 5)) and fake.openverse.paths() == [
        "/v1/images/",
        "/v2/images/",
    ]
    fake.commons.answer = lambda asked: Answer(status=302, headers=(("Location", "http://169.254.169.254/"),))
    with pytest.raises(BrokenError, match="169.254.169.254, which is not an address of the public web"):
        next(source("commons").search("bear", 5))


@pytest.mark.parametrize("query", ["دب بني", "🐻 teddy", "a" * 200, 'bear" OR 1=1 --', "<script>"])
def test_any_words_reach_the_services_as_they_are(fake, source, query):
    for name in ("openverse", "commons", "inaturalist", "bing"):
        list(source(name).search(query, 5))
    assert fake.openverse.asked[0].params["q"] == query and fake.bing.asked[0].params["q"] == query
    assert fake.commons.asked[0].params["gsrsearch"] == f"{query} filetype:bitmap"


@pytest.mark.network
@pytest.mark.parametrize("name", ["openverse", "commons", "inaturalist", "bing", "duckduckgo"])
def test_the_real_service_answers(project, name):
    public = sources.PUBLIC_WEB
    with Line(public.guard, CONTACT) as line:
        source = open_source(name, public, line, project.manifest, project.cache_dir / "web")
        try:
            found = list(source.search("brown bear", 5))
        except (SilentError, LimitedError) as error:
            pytest.skip(str(error))
    assert len(found) == 5 and all(
        one.url.startswith("https://") or one.url.startswith("http://") for one in found
    )


def test_every_error_of_a_source_is_one_family():
    for kind in (BrokenError, RefusedError, SilentError, AbsentError, LimitedError):
        assert issubclass(kind, SourceError)
    assert (openverse.PAGE_SIZE, commons.PAGE_SIZE, inaturalist.PAGE_SIZE, bing.PAGE_SIZE) == (
        20,
        50,
        200,
        35,
    )
