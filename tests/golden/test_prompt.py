"""The prompt a model reads a step by: short, and changed only under a new version."""

from __future__ import annotations

import hashlib
import json

from holdfast.embedders import MiniLM
from holdfast.engine.work import instructions
from holdfast.extract.drafted import PROMPT, SCHEMA, parsed

# The prompt of each version ever released; a changed prompt is a new file, a new number and a new line here.
DIGESTS = {"facts-1": "e4f7cbb4482a22f74d48abd86c90b170fb467efd7ccf70f7ea867e022e62c066"}
MOST_TOKENS = 1_500


def test_the_prompt_is_the_one_of_its_version() -> None:
    """What was read under a version's name was read by these words."""
    assert hashlib.sha256(instructions().encode()).hexdigest() == DIGESTS[PROMPT]


def test_the_prompt_is_short() -> None:
    """At most 1,500 tokens, the schema included, by the shipped tokenizer."""
    assert MiniLM().count_tokens(instructions() + json.dumps(SCHEMA)) <= MOST_TOKENS


def test_the_prompts_own_examples_are_replies() -> None:
    """Each line of it that shows a whole reply is one the parser accepts."""
    shown = [line for line in instructions().splitlines() if line.startswith('{"memories"')]
    assert [len(parsed(line.replace("...", "x"))) for line in shown] == [1, 2]
