"""Decay: what is old and unused matters less in a search, by its kind, and is never hidden by it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from holdfast import Memory, Session
from holdfast.age import HALF_LIVES
from holdfast.errors import InvalidInput
from holdfast.memory import ScopedMemory
from holdfast.testing import FrozenClock, HashingEmbedder


def matters(ada: ScopedMemory, query: str = "zebras grass", **options: object) -> dict[str, float]:
    """What importance added to each hit of a search, by text."""
    return {hit.text: hit.signals["importance"] for hit in ada.search(query, k=50, **options)}


def test_each_kind_has_its_half_life_and_nothing_is_hidden(ada: ScopedMemory, clock: FrozenClock) -> None:
    """After one half-life a memory counts for half, after ten years for nothing; it is found all the same."""
    for kind in HALF_LIVES:
        ada.save(f"Zebras eat grass, says {kind}.", kind=kind)
    fresh = matters(ada)
    for kind, days in HALF_LIVES.items():
        text = f"Zebras eat grass, says {kind}."
        then = matters(ada, valid_at=clock.now() + timedelta(days=days))
        assert then[text] == pytest.approx(fresh[text] / 2, rel=1e-2)
    clock.advance(days=3_650)
    assert set(matters(ada)) == set(fresh)


def test_what_is_used_or_saved_again_is_fresh_again(ada: ScopedMemory, clock: FrozenClock) -> None:
    """A use counts from then on, in the past it had not happened yet, and a receipt asked again gives the same."""
    used, *_ = [ada.save(f"Zebras {verb} grass.", kind="episode") for verb in ("eat", "like", "smell")]
    said = ada.save("Zebras are striped, grass or not.")
    clock.advance(days=60)
    before, receipt, then = matters(ada), ada.search("zebras grass", k=50).receipt, clock.now()
    clock.advance(hours=1)
    ada.observe("Thanks!", used=[used.id])
    ada.save(said.text)
    after = matters(ada)
    assert after[used.text] > 3.5 * before[used.text]
    assert after[said.text] > before[said.text] * 1.19
    assert after["Zebras like grass."] == before["Zebras like grass."]  # within one day
    assert matters(ada, known_at=then) == before
    assert ada.rerun(receipt).same
    ada.update(used.id, text="Zebras eat much grass.")
    assert matters(ada)["Zebras eat much grass."] == pytest.approx(after[used.text], rel=1e-3)


def test_another_process_sees_the_same(
    url: str, memory: Memory, ada: ScopedMemory, clock: FrozenClock
) -> None:
    """What was loaded anew and what was kept up to date through uses and new texts give the same scores."""
    turns = [ada.save(f"Zebras eat grass {n}.", kind="episode") for n in range(5)]
    matters(ada)
    for n, turn in enumerate(turns):
        clock.advance(days=20)
        ada.observe("Go on.", used=[turn.id])
        ada.update(turn.id, text=f"Zebras eat dry grass {n}.")
        matters(ada)
    with Memory(url, clock=clock, embedder=HashingEmbedder()) as other:
        assert matters(other.scoped(user="ada")) == matters(ada)


def test_a_session_notes_what_it_showed(memory: Memory, clock: FrozenClock) -> None:
    """In its own scopes only: what others share with it does not get younger by being read."""
    team = memory.scoped(team="core").save("Zebras are grey in the team.")
    own = memory.scoped(user="ada").save("Zebras eat grass.")
    clock.advance(days=300)
    session = Session(memory, thread="t", user="ada")
    before = matters(memory.scoped(user="ada", team="core"))
    assert own.id in session.before_step("What do zebras eat, grass?").ids
    assert matters(memory.scoped(user="ada", team="core")) == before  # showing writes nothing
    session.after_step("Thanks!")
    after = matters(memory.scoped(user="ada", team="core"))
    assert after[own.text] > 2 * before[own.text]
    memory.scoped(user="ada").observe("Hm.", used=[team.id])
    assert matters(memory.scoped(user="ada", team="core"))[team.text] <= before[team.text]


def test_uses_are_checked_and_erased(memory: Memory, ada: ScopedMemory, tmp_path: Path) -> None:
    """An id that is none is refused; of an erased memory no use is left."""
    with pytest.raises(InvalidInput, match="used"):
        ada.observe("Hm.", used=["zebra"])
    item = ada.save("Zebras eat grass.")
    ada.observe("Hm.", used=[item.id])
    assert ada.erase(item.id).counts["uses"] == 1
