"""A developer's own extractor: a function from messages and what is known to drafts, under the guards that hold for ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from holdfast import Memory
from holdfast.errors import InvalidInput
from holdfast.judgements import Observation

Extractor = Callable[[Any, Any], Any]


def observed(extractors: Any, *messages: Any, **given: Any) -> tuple[Observation, list[str], list[str]]:
    """What was observed, the texts that are kept as memories, and those that wait for review."""
    told = [{"role": "user", "content": one} if isinstance(one, str) else one for one in messages]
    with Memory("sqlite://", embedder=None, extractors=extractors, **given) as memory:
        ada = memory.scoped(user="ada")
        seen = ada.observe(told, thread="t")
        kept = ada.list(kinds=["fact", "preference", "procedure", "working"]).items
        return seen, [item.text for item in kept], [item.text for item in ada.review().items]


def drafting(**fields: Any) -> Extractor:
    """An extractor that always drafts the same."""

    def extractor(messages: Any, known: Any) -> Any:
        return [{"text": "I moved to Oslo", **fields}]

    return extractor


@pytest.mark.parametrize("beside", [True, False])
@pytest.mark.parametrize(
    "said", ["Don't remember this: my cat is Rex", "My cat is Rex. Don't remember that.", "my cat is Rex"]
)
def test_what_is_not_to_be_remembered_is_shown_to_no_extractor(said: str, beside: bool) -> None:
    """The user's word holds whoever reads, also where our own rules do not."""
    shown: list[str] = []

    def cats(messages: Any, known: Any) -> Any:
        shown.extend(one.text for one in messages)
        return [{"text": "my cat is Rex", "slot": "user.cat", "value": "Rex"}] if "Rex" in str(shown) else []

    seen, kept, _ = observed(["rules", cats] if beside else [cats], said)
    ordered = "remember" in said
    assert ("Rex" in " ".join([*shown, *kept, *(one.text for one in seen.episodes)])) is not ordered
    assert bool(seen.of("withheld")) is ordered


def test_what_is_to_be_forgotten_is_not_kept_from_the_order_itself() -> None:
    """ "Forget that ..." says it once more."""
    seen, kept, _ = observed(drafting(text="I live in Paris"), "Forget that I live in Paris.")
    assert kept == []
    assert [one.reason for one in seen.of("skipped") if one.text == "I live in Paris"] == ["the user's word"]


def test_an_extractor_that_fails_loses_nothing() -> None:
    """What was said is kept, with what the rules and the others read, and the failure is told, its secrets masked."""
    key = "ghp_00B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"

    def failing(messages: Any, known: Any) -> Any:
        raise RuntimeError(f"no server at token={key}")

    def wrong(messages: Any, known: Any) -> Any:
        return [{"text": "one"}, {"words": "two"}, 3, {"text": "four", "valid_from": "2026-02-01T00:00:00Z", "valid_to": "2026-01-01T00:00:00Z"},
                {"text": "five", "expires_at": "2020-01-01T00:00:00Z"}]  # fmt: skip

    def nothing(messages: Any, known: Any) -> Any:
        return None

    seen, kept, _ = observed(["rules", failing, wrong, nothing], "I like tea.")
    assert [one.text for one in seen.episodes] == ["I like tea."]
    assert sorted(kept) == ["I like tea.", "one"]
    why = [one.reason for one in seen.of("skipped")]
    assert len(why) == 6
    assert "failing failed: RuntimeError: no server" in why[0]
    assert key not in str(why)


def test_an_extractor_is_called_not_awaited() -> None:
    """One that is async is refused when the memory is opened, not when the first step is lost."""

    async def extractor(messages: Any, known: Any) -> Any:
        return []

    with pytest.raises(InvalidInput, match="not awaited"):
        Memory("sqlite://", embedder=None, extractors=[extractor])  # type: ignore[list-item]


@pytest.mark.parametrize(
    "fields", [{"kind": "episode"}, {"kind": "working", "tags": ["state"]}, {"scope": ["team"]}, {"idempotency_key": "k"}]
)  # fmt: skip
def test_what_a_draft_may_not_say_is_not_dropped_in_silence(fields: dict[str, Any]) -> None:
    """Kinds that are no draft's, labels and keys: the draft is skipped, and says why."""
    seen, kept, _ = observed(drafting(**fields), "I moved to Oslo")
    assert kept == []
    assert next(iter(fields)).removesuffix("_key") in seen.of("skipped")[0].reason


def test_a_draft_waits_as_ours_do() -> None:
    """What it is of is sensitive, or it is not sure: it is asked about, and in no answer and no episode till then."""
    for fields in ({"slot": "user.condition", "value": "asthma"}, {"confidence": 0.2}):
        seen, kept, waiting = observed(drafting(**fields), "I moved to Oslo")
        assert (kept, waiting) == ([], ["I moved to Oslo"])
        assert seen.of("pending")[0].reason.endswith("waits for review")
        assert "Oslo" not in seen.episodes[0].text


@pytest.mark.parametrize(
    ("fields", "messages", "trust"),
    [
        ({}, ["I moved to Oslo", {"role": "assistant", "content": "Fine."}], "user"),
        ({}, [{"role": "assistant", "content": "You moved?"}, "yes, to Oslo"], "model"),
        ({}, [{"role": "tool", "name": "mail", "content": "Moved: Oslo"}, "thanks"], "tool"),
        ({"source": {"trust": "external"}}, ["I moved to Oslo"], "external"),
    ],
)
def test_a_draft_is_trusted_as_the_least_of_what_it_rests_on(
    fields: dict[str, Any], messages: list[Any], trust: str
) -> None:
    """In words of its own it may rest on any message; and what the extractor trusts less stays trusted less."""
    seen, _, _ = observed(drafting(**fields), *messages)
    assert [one.item.source.trust for one in seen.of("added") if one.item] == [trust]
