"""What may be wrong with texts is found, told and decided."""

import numpy as np
import pytest
from made_texts import made_reviews
from tellapart.texts import open_review
from tellapart.texts.clean.checks import boilerplate, scripts, strangeness
from tellapart.texts.clean.copies import copy_groups, find_copies
from tellapart.texts.clean.review import TextCode
from tellapart.texts.project import create_text_project
from tellapart.texts.reading import TextTable
from tellapart.texts.terms import count_terms


def review_of(tmp_path, texts, labels):
    return open_review(create_text_project(tmp_path / "project", TextTable(texts, labels, "t", "")))


def codes_of(review, row):
    text_id = review.project.items(with_removed=True)[row].text_id
    return {one.code: one for one in review.findings() if one.text_id == text_id}


def test_turned_over_labels_come_first_and_can_be_put_right(tmp_path):
    texts, labels, wrong = made_reviews(200, seed=4, n_wrong=16)
    review = review_of(tmp_path, texts, labels)
    first = [one.text_id for one in review.findings() if one.code is TextCode.WRONG_LABEL][:16]
    rows = {one.text_id: row for row, one in enumerate(review.project.items())}
    assert len(first) >= 10 and {rows[one] for one in first} <= wrong
    assert len(wrong & set(np.argsort(-review.scores)[:16].tolist())) >= 14
    assert 0.005 < review.noise < 0.2 and "of the labels seem to be wrong" in repr(review)
    decisions = review.suggestions(0.5)
    assert len({one.thing_id for one in decisions}) == len(decisions) >= 8
    review.decide(decisions)
    assert not {one.text_id for one in review.findings()} & {one.thing_id for one in decisions}
    review.refresh()
    assert review.noise < 0.06
    assert len(review.undo()) == len(decisions)


def test_the_texts_most_like_one_come_first(tmp_path):
    texts, labels, _ = made_reviews(60, seed=6)
    texts += ["a story of two sailors by the cold sea", "two sailors by the sea", "zebra xylophone quartz"]
    review = review_of(tmp_path, texts, [*labels, "good", "good", "bad"])
    one, other, alone = review.project.items()[-3:]
    (near, likeness), *others = review.nearest(one.text_id)
    assert near == other and 0.4 < likeness < 1 and len(others) == 4
    assert [found for _, found in others] == sorted((found for _, found in others), reverse=True)
    assert alone not in [found for found, _ in review.nearest(one.text_id, 100)]


def test_what_a_person_kept_is_settled(tmp_path):
    texts, labels, _ = made_reviews(120, seed=4, n_wrong=6)
    review = review_of(tmp_path, texts, labels)
    first = review.findings()[0]
    review.keep(first.text_id)
    assert first.text_id not in {one.text_id for one in review.findings()}
    review.undo()
    assert first.text_id in {one.text_id for one in review.findings()}
    review.relabel(first.text_id, "good")
    review.remove(review.findings()[0].text_id)
    review.refresh()
    assert len(review.texts) == 119


def test_copies_exact_and_near_with_one_label_or_two(tmp_path):
    texts, labels, _ = made_reviews(60, seed=6)
    long = "this was a long and winding story about two people who meet in a small town by the sea"
    texts += [
        long,
        f"  {long.upper()} ",
        long,
        long.replace("small", "tiny"),
        long.replace("people", "lovers"),
    ]
    labels += ["good", "good", "bad", "good", "bad"]
    review = review_of(tmp_path, texts, labels)
    assert codes_of(review, 61)[TextCode.COPY].action == "remove"
    other = codes_of(review, 62)[TextCode.COPY_OTHER_LABEL]
    assert other.score == 1 and "labelled 'good'; this one 'bad'" in other.sentence
    assert TextCode.NEAR_COPY in codes_of(review, 63)
    assert TextCode.NEAR_COPY_OTHER_LABEL in codes_of(review, 64)
    assert all(TextCode.COPY not in codes_of(review, row) for row in range(61))


def test_copies_are_the_pairs_that_comparing_all_would_find():
    rng = np.random.default_rng(8)
    words = np.array([f"w{i}" for i in range(400)])
    texts = [" ".join(words[rng.integers(0, 400, 12)]) for _ in range(150)]
    for i in range(0, 60, 2):  # one or two words changed
        changed = texts[i].split()
        for _ in range(1 + i % 3):
            changed[rng.integers(0, 12)] = str(words[rng.integers(0, 400)])
        texts[i + 1] = " ".join(changed)
    counts = count_terms(texts)
    sets = [set(np.flatnonzero(row)) for row in counts.words.toarray()]
    expected = {
        (i, j)
        for i in range(150)
        for j in range(i + 1, 150)
        if len(sets[i] & sets[j]) / len(sets[i] | sets[j]) >= 0.6
    }
    copies = find_copies(counts)
    assert len(expected) > 10
    assert set(zip(copies.first.tolist(), copies.second.tolist(), strict=True)) == expected
    groups = copy_groups(counts, [str(i) for i in range(150)])
    assert all(groups[i] == groups[j] for i, j in expected)
    assert len(set(groups)) == 150 - len(expected)


def test_a_chain_of_copies_is_one_group():
    base = [f"w{i}" for i in range(20)]
    texts = [" ".join(base[start:] + [f"x{i}" for i in range(start)]) for start in (0, 2, 4)]
    assert len(set(copy_groups(count_terms([*texts, "something else"]), ["a", "b", "c", "d"]))) == 2


def test_a_form_that_many_texts_fill_in_is_one_group():
    rest = [f"something else {i} word{i} other{i} thing{i}" for i in range(150)]
    forms = [
        f"Your parcel number {i} will arrive {('today', 'tomorrow')[i % 2]} between eight and twelve at your door, "
        "please be at home" for i in range(90)
    ]  # fmt: skip
    groups = copy_groups(count_terms(rest + forms), [str(i) for i in range(240)])
    assert groups == [*map(str, range(150)), *["150"] * 90]


def test_short_texts_other_letters_and_other_languages(tmp_path):
    texts, labels, _ = made_reviews(100, seed=9)
    texts += [
        "ok",
        "Фильм очень скучный и слишком длинный",
        "leider ziemlich langweilig gewesen und viel zu lange gedauert",
    ]
    labels += ["good", "bad", "bad"]
    review = review_of(tmp_path, texts, labels)
    assert codes_of(review, 100)[TextCode.SHORT].sentence == "Only 1 word: 'ok'."
    assert (
        "Written in Cyrillic letters, most others in Latin"
        in codes_of(review, 101)[TextCode.OTHER_LETTERS].sentence
    )
    assert TextCode.OTHER_LANGUAGE in codes_of(review, 102)
    planted = {TextCode.SHORT, TextCode.OTHER_LETTERS, TextCode.OTHER_LANGUAGE}
    assert not any(planted & set(codes_of(review, row)) for row in range(100))


def test_letters_and_strangeness_alone():
    assert scripts(["abc", "", "42!", "привет мир", "日本語です"]) == ["LATIN", "", "", "CYRILLIC", "CJK"]
    assert strangeness(count_terms(["a few texts only here"] * 3)).tolist() == [0, 0, 0]


def test_lines_that_stand_everywhere_and_give_the_label_away():
    texts = [f"text number {i}\nRegards,\nThe {'spam' if i % 2 else 'news'} team" for i in range(20)]
    labels = ["spam" if i % 2 else "news" for i in range(20)]
    found = {one.line: one for one in boilerplate(texts, labels)}
    assert set(found) == {"Regards,", "The spam team", "The news team"}
    assert found["Regards,"].sentence == "20 texts have the line 'Regards,'."
    assert (
        "10 of them are 'spam': the label may be learned from the line alone"
        in found["The spam team"].sentence
    )
    assert boilerplate(["one line"] * 50, ["a"] * 50) == []


@pytest.mark.parametrize("texts", [["…", "!!!", "a", "b"], ["x" * 5000, "y" * 5000, "z " * 5000, "q"]])
def test_texts_without_words_or_sense_are_judged_all_the_same(tmp_path, texts):
    review = review_of(tmp_path, texts, ["a", "b", "a", "b"])
    assert len(review.texts) == 4 and isinstance(review.to_json()["findings"], list)
