"""From the hits of a search to a context: what is packed, and what the receipt keeps of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import checks
from ..errors import InvalidInput
from ..receipts import Context, Hits, Receipt, Scored, WhyNot
from ..types import Hit, MemoryItem

if TYPE_CHECKING:  # 10 ms that a program without a context need not spend
    from .. import pack


class Beside(NamedTuple):
    """A memory that is told whatever was asked, the mount it comes from, and the id of what says otherwise today."""

    item: MemoryItem
    origin: str | None
    outdated_by: str | None


# Past so many hits hardly a memory is worth its tokens, and packing stays within some milliseconds.
CONSIDERED = 150
# What people ask an agent to do says little of what it needs for that ("book a flight": "I prefer window seats"), so no fact is
# relevant as an answer is. A few that stand near all the same are told: in benchmarks/asks.py that brings up 6 of 10 notes that are needed
# instead of 1, at half a note for an ask that none helps with.
_TOUCHED, _NEAR, _NEAR_IN_WORDS = 5, 2.2, 1.1
MOST_TOKENS = 1_000_000


def checked_sections(sections: Iterable[pack.Section] | None) -> tuple[pack.Section, ...]:
    """Return the sections of a context, the usual ones for None; raises `InvalidInput` for anything else."""
    from .. import pack

    if sections is None:
        return pack.SECTIONS
    found = tuple(pack.Section.of(one) for one in checks.many(sections, "sections"))
    if not found:
        raise InvalidInput("sections", "is empty; leave it out for the usual ones")
    return found


def packed(
    hits: Hits,
    always: Sequence[Beside],
    budget: int,
    least: float,
    sections: tuple[pack.Section, ...],
    count: Callable[[str], int],
    aged: Mapping[str, str],
    zone: tzinfo,
) -> Context:
    """Return the hits packed into `budget` tokens, beside what is `always` there, with a receipt that says what became of each; `aged`
    tells ages by id, `zone` whose days they are dated in.

    A search finds only what is live under its clocks, so nothing here is superseded; a value that was live then and has
    been replaced since shows until when it held.
    """
    from .. import pack

    wanted, found = {one.item.id: place for place, one in enumerate(always)}, {hit.id for hit in hits}
    near = least * (_NEAR if hits.receipt.model else _NEAR_IN_WORDS)
    touched = set([hit.id for hit in hits if _touched(hit, near)][:_TOUCHED])
    entries = [
        pack.Entry(
            hit.item,
            hit.relevance,
            hit.outdated_by,
            aged.get(hit.id),
            wanted.get(hit.id),
            hit.id in touched,
            zone,
        )
        for hit in hits
    ]
    entries += [
        pack.Entry(one.item, None, one.outdated_by, aged.get(one.item.id), place, zone=zone)
        for place, one in enumerate(always)
        if one.item.id not in found
    ]
    made = pack.pack(entries, budget, count, sections=sections, least=least)
    receipt = _receipt(hits.receipt, made, budget, least, sections)
    fits = any(hit.relevance >= least for hit in hits)
    # What the query alone would not have shown, and where that comes from.
    beside = [id for id in made.ids if id in wanted and id not in (found if fits else touched)]
    told = {id: always[wanted[id]].origin for id in beside}
    receipt = replace(receipt, budget={**receipt.budget, "fits": fits, "always": told})
    shown = {id: aged[id] for id in made.ids if id in aged}
    return Context(made.text, made.tokens, made.ids, receipt, made.needed, shown)


def _touched(hit: Hit, near: float) -> bool:
    """Whether a fact comes, by its own words and meaning, as near to a query as `near`."""
    return hit.item.kind != "episode" and hit.signals["words"] + hit.signals["meaning"] >= near


def _receipt(
    found: Receipt, made: pack.Packed, budget: int, least: float, sections: tuple[pack.Section, ...]
) -> Receipt:
    """Return the receipt of a search with what packing did: a stage for each row, and where the tokens went."""
    dropped = {one.id: one for one in made.dropped}
    spent = {
        "budget": budget,
        "tokens": made.tokens,
        "least": least,
        "sections": [_section_json(one, made.sections.get(one.title, 0)) for one in sections],
        "needed": made.needed,
    }
    rows = tuple(_staged(row, dropped.get(row.id)) for row in found.rows)
    return replace(found, rows=rows, budget=spent)


def _section_json(section: pack.Section, tokens: int) -> dict[str, Any]:
    return {
        "title": section.title,
        "kinds": list(section.kinds),
        "share": section.share,
        "by_day": section.by_day,
        "tokens": tokens,
    }


def _staged(row: Scored, dropped: pack.Dropped | None) -> Scored:
    if dropped is None:
        return row
    return replace(row, stage=dropped.stage, by=float(dropped.by), because=dropped.because)


def why_left_out(row: Scored, place: int, budget: Mapping[str, Any]) -> WhyNot:
    """Return in words why a context left out one of the hits it was made from, and by how much."""
    least = budget.get("least", 0.0)
    details = {
        "below relevance": f"relevance {row.relevance:.3f} of {least:.3f}",
        "not in sections": "no section of the context shows its kind",
        "outdated": f"it may not be shown without its successor {row.because}",
        "too similar": f"memory {row.because} says it already",
        "section full": "its section has used up its share of the budget",
        "out of budget": f"it lacked about {row.by:.0f} of {budget.get('budget')} tokens beside what is worth more",
    }
    missing = row.by if row.by else None
    return WhyNot(row.id, row.stage, details.get(row.stage, row.stage), place, row.score, missing)
