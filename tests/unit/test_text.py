"""Text: the indexed line, words, sentences and the small questions asked of a text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import InvalidInput
from holdfast.text import (
    MAX_SENTENCES,
    NAME,
    NUMBER,
    OWN,
    PLACE,
    QUESTION,
    TIME,
    Analyzer,
    asks,
    index_text,
    is_question,
    latin_share,
    sentences,
    traits,
)

english = Analyzer()


@pytest.mark.parametrize(
    ("speaker", "observed_at", "line"),
    [
        ("Ada", datetime(2023, 5, 8, 13, 56, tzinfo=UTC), "[8 May 2023] Ada: Moved to Graz."),
        (None, datetime(2023, 12, 31, tzinfo=UTC), "[31 December 2023] Moved to Graz."),
        ("Ada", None, "Ada: Moved to Graz."),
        (None, None, "Moved to Graz."),
        (
            "Ada",
            datetime(2024, 1, 1, 1, tzinfo=timezone(timedelta(hours=2))),
            "[31 December 2023] Ada: Moved to Graz.",
        ),
    ],
)
def test_the_indexed_line_is_golden(speaker: str | None, observed_at: datetime | None, line: str) -> None:
    """The form of the line that is embedded never changes: stored vectors would no longer fit."""
    assert index_text("Moved to Graz.", speaker=speaker, observed_at=observed_at) == line


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("The servers were running", ["server", "run"]),
        ("port 8080, then 9090", ["port", "8080", "9090"]),
        ("snake_case in foo.py", ["snake_case", "snake", "case", "foo.py", "foo", "py"]),
        ("v1.2.3", ["v1.2.3", "v1", "2", "3"]),
        ("getUserName", ["getusernam", "get", "user", "name"]),
        ("HTTPServer Python3 python3", ["httpserver", "http", "server", "python3"]),
        ("10.0.0.1:8080", ["10.0.0.1", "10", "0", "1", "8080"]),
        ("Ada's well-known café", ["ada", "well", "known", "café"]),
        ("cafe\u0301 ＡＢＣ", ["café", "abc"]),
        ("STRASSE Straße", ["strass"]),
        ("我住在北京", ["我住", "住在", "在北", "北京"]),
        ("猫", ["猫"]),
        ("Python3的安装", ["python3", "的安", "安装"]),
        ("แมว", ["แม", "มว"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("🍕 tonight 🎉🎉", ["🍕", "tonight", "🎉"]),
        ("what is it?", []),
        ("...!?", []),
    ],
)
def test_terms(text: str, terms: list[str]) -> None:
    """Words of every script, identifiers whole and in parts, numbers as they are, no stopwords."""
    assert list(english.terms(text)) == terms


def test_counts_weights_and_length() -> None:
    """Documents count their terms, queries weigh each once, and length leaves stopwords and parts of names aside."""
    assert english.terms("run runs running home") == {"run": 3, "home": 1}
    assert english.query("Where did he run, run home?") == {"run": 1.0, "home": 1.0}
    assert english.length("We were running to the old house in getUserName") == 4
    assert english.length("我住在北京") == 3


def test_languages() -> None:
    """A language has its own stems and stopwords; "none" has neither; an unknown one is refused with those known."""
    assert list(Analyzer("german").terms("Die Häuser und der Hafen")) == ["haus", "haf"]
    assert list(Analyzer("none").terms("the Servers")) == ["the", "servers"]
    with pytest.raises(InvalidInput, match="english") as refused:
        Analyzer("klingon")
    assert refused.value.field == "language"


@given(st.text())
def test_any_text_can_be_analysed(text: str) -> None:
    """Every text gives the same short terms each time, and a query finds what a document was indexed under."""
    terms = english.terms(text)
    assert terms == Analyzer().terms(text)
    assert all(0 < len(term) <= 64 and count > 0 for term, count in terms.items())
    assert list(english.query(text)) == list(terms)
    assert english.length(text) >= 0


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("One sentence only.", []),
        ("Hi there! I'm Dr. Smith, e.g. a doctor. Really?! Yes.", ["Hi there!", "I'm Dr. Smith, e.g. a doctor.", "Really?!", "Yes."]),
        ('He said "no." Then v1.2.3 came.', ['He said "no."', "Then v1.2.3 came."]),
        ("我住在北京。我喜欢猫！", ["我住在北京。", "我喜欢猫！"]),
        ("# Setup\n- install it\n- run it\n\nA line\nthat goes on.", ["# Setup", "- install it", "- run it", "A line\nthat goes on."]),
        ("Run this:\n```py\nx = 1.\n\ny = 2.\n```\nDone.", ["Run this:", "```py\nx = 1.\n\ny = 2.\n```", "Done."]),
        ("Left ``` open. Then more.", ["Left ``` open.", "Then more."]),
        ("   \n\n  ", []),
        ("", []),
    ],
)  # fmt: skip
def test_sentences(text: str, pieces: list[str]) -> None:
    """Sentences, list items, headings and code blocks are pieces; a text of one piece has none of its own."""
    assert sentences(text) == pieces


def test_long_sentences_become_windows() -> None:
    """What no model reads in one go is cut at spaces into even windows; scripts without spaces in shorter ones."""
    prose = sentences("word " * 900)
    assert len(prose) > 4
    assert all(400 < len(piece) <= 1_000 and piece.endswith("word") for piece in prose)
    dense = sentences("京" * 2_000)
    assert all(len(piece) <= 250 for piece in dense)


def test_at_most_64_pieces_merged_evenly() -> None:
    """A long text is merged into 64 pieces of about one size."""
    pieces = sentences("This is a sentence of some words. " * 500)
    assert len(pieces) == MAX_SENTENCES
    assert max(map(len, pieces)) < 2 * min(map(len, pieces))


@given(
    st.lists(
        st.sampled_from(
            [
                "Word ",
                "end. ",
                "猫。",
                "\n",
                "\n\n",
                "- item\n",
                "```\n",
                "x" * 1_200,
                "e.g. ",
                "🍕",
                "?",
                "\t",
            ]
        )
    )
)
def test_sentences_drop_nothing(parts: list[str]) -> None:
    """Whatever the text, its pieces hold all of it in order, at most 64 of them, none empty."""
    text = "".join(parts)
    pieces = sentences(text)
    assert len(pieces) != 1
    assert len(pieces) <= MAX_SENTENCES
    assert all(piece.strip() == piece != "" for piece in pieces)
    if pieces:
        assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize("text", ["Why?", "why?? ", 'She asked "why?"', "なぜ？", "لماذا؟", "**Really?**\n"])
def test_questions(text: str) -> None:
    """A question mark of any script at the end makes a question, whatever closes after it."""
    assert is_question(text)
    assert not is_question(text + " So.")


@pytest.mark.parametrize(
    ("text", "share"),
    [("plain", 1.0), ("Größe café", 1.0), ("8080!", 1.0), ("", 1.0), ("東京", 0.0), ("Ваня", 0.0), ("ab東京", 0.5), ("ＡＢ", 1.0), ("🎉", 0.0), ("party 🎉", 5 / 6), ("→ 1", 1.0)],
)  # fmt: skip
def test_latin_share(text: str, share: float) -> None:
    """The share counts letters, and emoji as such; a text without any is no other script."""
    assert latin_share(text) == share


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("", 0),
        ("tea and cake", 0),
        ("So nice!", 0),
        ("Why not?", QUESTION),
        ("two cats", NUMBER),
        ("We met twice", NUMBER | OWN),
        ("port 8080", NUMBER),
        ("the phone", 0),
        ("see you Yesterday", TIME | NAME),
        ("YESTERDAY we met", TIME | OWN),
        ("back last spring", TIME),
        ("since the weekend", TIME),
        ("a daydream", 0),
        ("back in 2023", NUMBER | TIME),
        ("at the beach", PLACE),
        ("moved to Graz", PLACE | NAME),
        ("moved to graz", 0),
        ("in the Alps", PLACE | NAME),
        ("met Bob there", NAME),
        ("Bob was there", 0),
        ("It ended. Then we left", OWN),
        ("my cat, not theirs", OWN),
        ("i for an index", 0),
        ('read "dune"', NAME),
        ("“Dune” again", NAME),
        ("Did two of you see Ann at home last week?", QUESTION | NUMBER | TIME | PLACE | NAME),
    ],
)
def test_traits(text: str, held: int) -> None:
    """A text's bits say whether it asks, and holds a number, a time word, a place or a name."""
    assert traits(text) == held


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", 0),
        ("what did Bob say?", 0),
        ("When did Ann move?", TIME),
        ("tell me when it rains", 0),
        ("what year was it", TIME),
        ("since when?", TIME),
        ("how long did it take", TIME | NUMBER),
        ("How many cats?", NUMBER | OWN),
        ("the number of cats", NUMBER),
        ("how come?", 0),
        ("Where is the cat?", PLACE),
        ("which city is it", PLACE),
        ("who won", NAME),
        ("what is the dog called?", NAME),
        ("what book did she read", NAME),
        ("whose book", 0),
        ("what pets does Ann have?", OWN),
        ("which books about the sea has she read", NAME | OWN),
        ("what is her status", 0),
        ("where has Ann been?", PLACE | OWN),
        ("what kinds of tea are there", OWN),
        ("what do both like", OWN),
        ("who went where", PLACE | NAME),
    ],
)
def test_what_a_query_asks_for(query: str, wanted: int) -> None:
    """The bits of a query are the kinds of answer it asks for; most ask for none."""
    assert asks(query) == wanted


@given(st.text())
def test_any_text_has_traits(text: str) -> None:
    """No text breaks the reading; the bits fit a small number, and the first says what `is_question` does."""
    assert 0 <= traits(text) < 64
    assert 0 <= asks(text) < 64
    assert bool(traits(text) & QUESTION) == is_question(text)
