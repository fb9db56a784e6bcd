"""Bing and DuckDuckGo, in their real shapes: what is asked, what is read, and packages that are not there."""

import importlib.metadata

import pytest
from tellapart.errors import AbsentError, RefusedError, SilentError
from tellapart.gather.sources import duckduckgo

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
    assert bing_.remark == "Bing has sent nothing new since page 2." and len(fake.bing.asked) <= 4


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
    monkeypatch.setattr(duckduckgo, "TIMEOUT_S", 60)


@pytest.mark.usefixtures("ddgs_asks_the_fake")
def test_duckduckgo_brings_pictures_with_their_pages(fake, source):
    found = list(source("duckduckgo").search("bear", 50))
    assert len({one.url for one in found}) == 50 and found[0].page_url and found[0].licence is None
    assert [one.params["first"] for one in fake.bing.asked] == ["1", "36"]


@pytest.mark.usefixtures("ddgs_asks_the_fake")
@pytest.mark.parametrize("script", ["empty", "limited", "refused", "no matches"])
def test_duckduckgo_s_silence_is_called_no_answer(fake, source, script):
    fake.bing.script = script
    with pytest.raises(
        SilentError, match="sent no results. Either there are none, or it had too many requests"
    ):
        next(source("duckduckgo").search("bear", 50))
