"""All sources alike: what is said when one goes wrong, what is asked only once, and how often."""

import time

import pytest
from fakes.server import Answer
from fakes.web import CONTACT
from tellapart.errors import AbsentError, BrokenError, LimitedError, RefusedError, SilentError, SourceError
from tellapart.gather import sources
from tellapart.gather.sources import bing, commons, duckduckgo, inaturalist, open_source, openverse
from tellapart.gather.sources.service import AnswerCache, Service
from tellapart.store.service_turns import put_off_turn, take_turn
from tellapart.web.client import Line
from tellapart.web.retry import retry_after_s


def test_the_public_addresses_are_the_real_ones():
    assert sources._BASES == {
        "openverse": "https://api.openverse.org", "commons": "https://commons.wikimedia.org",
        "inaturalist": "https://api.inaturalist.org", "bing": "https://www.bing.com",
    }  # fmt: skip
    assert sources.PUBLIC_WEB.bases == {} and not sources.PUBLIC_WEB.guard.may_be_local
    assert sources.PUBLIC_WEB.gap_s >= 1 and duckduckgo.BACKENDS == "duckduckgo,bing"


@pytest.mark.parametrize("name", ["openverse", "commons", "inaturalist", "bing"])
def test_the_five_outcomes_are_never_mixed_up(fake, source, name):
    service = fake.services[name]
    service.script = "empty"
    assert list(source(name).search("nothing here", 10)) == []
    service.script = "refused"
    with pytest.raises(RefusedError):
        next(source(name).search("refused", 10))
    service.script = ["trouble"] * 3
    with pytest.raises(BrokenError, match="problem of its own.*502"):
        next(source(name).search("trouble", 10))
    service.script = ["cut"] * 3
    with pytest.raises(BrokenError, match="does not answer"):
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
    assert next(source("openverse").search("bear", 5)) and time.monotonic() - clock > 0.9
    assert len(fake.openverse.asked) == 3


@pytest.mark.parametrize("name", ["openverse", "commons", "inaturalist", "bing"])
def test_a_repeated_query_costs_nothing(fake, source, name):
    first = list(source(name).search("brown bear", 50))
    n_asked = len(fake.services[name].asked)
    assert list(source(name).search("brown bear", 50)) == first and len(fake.services[name].asked) == n_asked
    list(source(name).search("grizzly bear", 50))
    assert len(fake.services[name].asked) > n_asked


def test_a_long_pause_of_a_service_in_trouble_is_told_and_not_slept(fake, source):
    fake.openverse.answer = lambda _: Answer(status=503, headers=(("Retry-After", "7200"),))
    for _ in range(2):  # the second time, nobody asks before the pause is over
        with pytest.raises(LimitedError, match=r"Openverse asks for a pause of 7\d+ s. Gather again"):
            next(source("openverse").search("bear", 5))
    assert len(fake.openverse.asked) == 1


def test_a_turn_noted_as_never_comes_all_the_same(project):
    with project.manifest.transaction() as db:
        db.execute("INSERT INTO turns VALUES ('openverse.org', ?)", [float("inf")])
    assert take_turn(project.manifest, "openverse.org", 0.0, 10.0) == 0
    put_off_turn(project.manifest, "openverse.org", float("inf"))
    assert 86_000 < take_turn(project.manifest, "openverse.org", 0.0, 10.0) <= 86_400


@pytest.mark.parametrize(
    ("said", "wait_s"), [("nan", None), ("-5", 0.0), ("1e300", 86_400.0), ("soon", None), ("3", 3.0)]
)
def test_what_a_server_says_of_its_pause_is_read_with_care(said, wait_s):
    assert retry_after_s({"retry-after": said}) == wait_s


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
    assert time.monotonic() - clock > 0.5


def test_a_service_that_cannot_be_reached_is_said_in_words(line, project):
    for base, said in (
        ("http://127.0.0.1:9", "cannot be reached"),
        ("http://no-such.invalid", "name is not known"),
    ):
        service = Service(
            "Openverse", base, line, project.manifest, AnswerCache(project.cache_dir), gap_s=0.0
        )
        with pytest.raises(BrokenError, match=f"Openverse does not answer: .*{said}"):
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
    with pytest.raises(BrokenError, match="169.254.169.254, which is not a public web address"):
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
