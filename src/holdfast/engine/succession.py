"""What holds now, above the episodes that tell what it has replaced.

"Is it still on 8080?" fits the old turn best, by its words. An agent that reads no further answers with what was true once, so
the memory that holds the slot now is raised above the first episode that tells an earlier value of it. What it is raised by is
a signal of its own, `succeeds`, and so stands in receipts and explanations.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from .. import echo
from ..types import MemoryItem

if TYPE_CHECKING:
    from .corpus import Told

SIGNAL = "succeeds"


class Answered(NamedTuple):
    """A memory of an answer with what the ranking says of it, its origin and the ids of its twins (see `Hit`)."""

    item: MemoryItem
    told: Told
    origin: str | None
    twins: list[str]

    @property
    def ids(self) -> list[str]:
        """Its id and those of its twins."""
        return [self.item.id, *self.twins]


def is_agents(item: MemoryItem) -> bool:
    """Whether a memory is what an agent or its tool said."""
    return item.kind == "episode" and item.source.role in ("assistant", "tool")


def said_again(turns: Iterable[MemoryItem], past: Iterable[tuple[MemoryItem, MemoryItem]]) -> dict[str, str]:
    """Return which turns of an agent tell an ended value of a slot, each with the id of what holds that now; `past` has pairs
    of that and what held the slot before it.

    An agent's words are read as no fact, so nothing links "Initech, as you said" to what it repeats. It does so where a sentence
    tells the value, not the present one, and little that the memory did not: of a name or a number one word more ("you *live* in
    Oslo"), of other words none, for the sky is blue whatever colour somebody liked.
    """
    said = [(turn, echo.telling(turn.text)) for turn in turns]
    found: dict[str, str] = {}
    for holder, old in past:
        now, value = echo.telling(_value(holder)), echo.telling(_value(old))
        if not value or value <= now:
            continue
        for turn, words in said:
            early = old.valid_from and turn.observed_at and turn.observed_at < old.valid_from
            if value <= words and not early and not (now and now <= words) and _tells(turn, old, value):
                found[turn.id] = holder.id
    return found


def _tells(turn: MemoryItem, old: MemoryItem, value: frozenset[str]) -> bool:
    """Whether a sentence of a turn tells the value of a memory and next to nothing else."""
    words = value | echo.telling(f"{old.text} {str(old.slot).replace('.', ' ')}")
    named = _value(old) != _value(old).lower() or any(map(str.isdigit, _value(old)))
    sentences = echo.told(turn.text) or ()
    return any(value <= one and len(one - words) <= named for one in sentences)


def _value(item: MemoryItem) -> str:
    return item.text if item.value is None else str(item.value)


def raised(
    answer: Sequence[Answered], outdated: Mapping[str, str], further: Mapping[str, Answered]
) -> list[Answered]:
    """Return an answer, best first, in which every successor stands above the first episode that it outdates.

    `outdated` names the successor of some of the memories, `further` has those successors that are not in the answer.
    """
    made = list(answer)
    for one in answer:
        if (successor := outdated.get(one.item.id)) is None:
            continue
        place = next((at for at, other in enumerate(made) if successor in other.ids), None)
        found = further.get(successor) if place is None else made[place]
        if found is None or found.told.score > one.told.score:
            continue
        if place is not None:
            del made[place]
        made.append(_above(found, one.told.score))
        made.sort(key=lambda other: (-other.told.score, other.item.id))
    return made


def scored(told: Told) -> Told:
    """Return what is told of a row with its score: without a model, one that holds no word of the query was given none."""
    if math.isfinite(told.score):
        return told
    return told._replace(score=functools.reduce(operator.add, told.signals.values(), 0.0))


def _above(one: Answered, score: float) -> Answered:
    """Return a memory raised to just above a score; its signals still add up to its own."""
    told, above, lift = one.told, score, 0.0
    while (
        told.score + lift <= score
    ):  # by steps of the score: where the two are near, those of what is between them are no steps at all
        above = math.nextafter(above, math.inf)
        lift = above - told.score
    signals = {**told.signals, SIGNAL: lift}
    return one._replace(told=told._replace(score=told.score + lift, signals=signals))
