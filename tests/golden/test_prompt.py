"""The prompt a model reads a step by: short, and changed only under a new version."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from holdfast.embedders import MiniLM
from holdfast.engine.work import prompt
from holdfast.extract import drafted, summary

# The prompt of each version ever released; a changed prompt is a new file, a new number and a new line here.
DIGESTS = {
    "facts-1": "e4f7cbb4482a22f74d48abd86c90b170fb467efd7ccf70f7ea867e022e62c066",
    "summary-1": "8234b1961aeaf6992e3673e9d2567c672a1b78270c3e6c4f22b1e19de0a9f508",
}
MOST_TOKENS = 1_500
PROMPTS = {
    drafted.PROMPT: ("memories", drafted.SCHEMA, drafted.parsed, [1, 2]),
    summary.PROMPT: ("points", summary.SCHEMA, summary.parsed, [1, 5]),
}
Parse = Callable[[str], list[Any]]


@pytest.mark.parametrize("version", PROMPTS)
def test_the_prompt_is_the_one_of_its_version(version: str) -> None:
    """What was read under a version's name was read by these words."""
    assert hashlib.sha256(prompt(version).encode()).hexdigest() == DIGESTS[version]


@pytest.mark.parametrize(("version", "schema"), [(name, row[1]) for name, row in PROMPTS.items()])
def test_the_prompt_is_short(version: str, schema: Mapping[str, Any]) -> None:
    """At most 1,500 tokens, the schema included, by the shipped tokenizer."""
    assert MiniLM().count_tokens(prompt(version) + json.dumps(schema)) <= MOST_TOKENS


@pytest.mark.parametrize(
    ("version", "key", "parsed", "sizes"), [(name, row[0], row[2], row[3]) for name, row in PROMPTS.items()]
)
def test_the_prompts_own_examples_are_replies(
    version: str, key: str, parsed: Parse, sizes: list[int]
) -> None:
    """Each line of it that shows a whole reply is one the parser accepts."""
    shown = [line for line in prompt(version).splitlines() if line.startswith(f'{{"{key}"')]
    said = [line.replace("...", "x") for line in shown]
    assert [len(parsed(line)) for line in said] == sizes
