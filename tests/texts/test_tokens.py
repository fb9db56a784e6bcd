"""Words and signs, pairs and pieces."""

from tellapart.texts.terms import count_terms, pieces, words_and_pairs
from tellapart.texts.tokens import MOST_CHARACTERS, token_places, tokens


def test_words_signs_and_their_places():
    text = "Don't  PANIC: ﬁne… 日本語! x_1 e\u0301tude"
    assert tokens(text) == ["don", "'", "t", "panic", ":", "fine", "...", "日本語", "!", "x_1", "étude"]
    for word, start, end in token_places(text):
        assert word in (text[start:end].lower(), "fine", "...", "étude")


def test_plain_letters_and_others_are_read_alike():
    assert tokens("Hello, World 42!") == [word for word, _, _ in token_places("Hello, World 42!")]
    assert tokens("") == tokens(" \n\t ") == []
    assert tokens("´") == ["\u0301"]  # without the space of its compatible form


def test_long_runs_are_cut():
    assert tokens("a" * 130) == ["a" * 64, "a" * 64, "aa"]
    assert len(tokens("a " * MOST_CHARACTERS)) == MOST_CHARACTERS // 2
    assert [len(one) for one in tokens("ﷺ" * 14)] == [64]


def test_pairs_and_pieces():
    assert words_and_pairs(["a", "b", "c"]) == ["a", "b", "c", "a b", "b c"]
    assert pieces("cat") == [" ca", "cat", "at ", " cat", "cat ", " cat "]
    assert pieces("a") == [" a "]


def test_counts_are_those_of_each_text():
    counts = count_terms(["the cat the cat", "", "the dog"])
    names = dict(zip(counts.word_names, counts.words.toarray().T.tolist(), strict=True))
    assert names["the"] == [2, 0, 1] and names["the cat"] == [2, 0, 0] and names["cat the"] == [1, 0, 0]
    inside = dict(zip(counts.piece_names, counts.pieces.toarray().T.tolist(), strict=True))
    assert inside["cat"] == [2, 0, 0] and inside[" th"] == [2, 0, 1]
    assert counts.n_tokens.tolist() == [4, 0, 2]
    assert counts.is_pair.sum() == 3
