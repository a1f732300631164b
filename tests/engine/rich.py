"""A store with something of everything an export must carry, made of verbs alone."""

from __future__ import annotations

from datetime import timedelta

from holdfast import Memory, Scope
from holdfast.testing import FrozenClock

ADA, CORE, BOTH = Scope(user="ada"), Scope(team="core"), Scope(team="core", user="ada")


def filled(memory: Memory, clock: FrozenClock, rounds: int = 12) -> dict[str, str]:
    """Fill several scopes over some weeks; return the ids of the memories that tests ask for."""
    ada = memory.scoped(user="ada", team="core", actor="agent")
    ids: dict[str, str] = {}
    for n in range(rounds):
        clock.advance(hours=7)
        when = clock.now()
        ada.save(
            f"The server listens on port {8000 + n}", slot="server.port", value=8000 + n, scope=("team",)
        )
        ada.save_many(
            [
                {"text": f"Turn {t} of day {n}: tea, tides and the ferry at {t + n}", "kind": "episode", "thread": f"day {n}",
                 "turn": t, "speaker": "ada" if t % 2 else "agent", "observed_at": when, "tags": ["talk"], "scope": ("user",)}
                for t in range(6)
            ]
        )  # fmt: skip
        ada.observe(
            f"My favourite colour is {('green', 'blue', 'red')[n % 3]}. I work at Acme number {n}.",
            thread="chat",
            scope=("user",),
        )
        note = ada.save(
            f"Note {n} on the harbour",
            metadata={"n": n, "deep": {"list": [1, "två", None]}},
            importance=n / rounds,
        )
        ada.save(f"Note {n} on the harbour", source={"ref": f"again {n}"})  # a sighting
        ada.update(note.id, text=f"Note {n} on the old harbour", reason="it was the old one")
        if n % 3 == 0:
            ada.delete(note.id)
        if n % 6 == 0:
            ada.restore(note.id)
        clock.advance(hours=3)
        if n % 3:
            ada.update(note.id, tags=["again"])
    ada.save("bob lives in Bergen", slot="bob.city", value="Bergen")
    ada.save("robert lives in Oslo", slot="robert.city", value="Oslo")
    ada.rename("bob", "robert")
    ids["merged"] = ada.merge([ada.save(f"The ferry leaves at {n} sharp").id for n in (7, 8)]).id
    at = clock.now()
    for pet in ("Rex", "Tom"):
        ids[pet] = ada.save(f"The first pet was {pet}", slot="ada.first pet", value=pet, valid_from=at).id
    ada.observe("I am diabetic and my blood type is A.", scope=("user",))
    ids["expired"] = ada.save(
        "Gone by tomorrow", kind="working", expires_at=clock.advance(minutes=1) + timedelta(hours=1)
    ).id
    ids["moved"] = ada.save("This one moves", scope=("user",)).id
    memory.update(ids["moved"], scope=CORE)
    memory.save("Everybody may know this", scope=Scope.shared())
    port = ada.current("server.port")
    assert port is not None
    ada.update(port.id, text="The server listens on port 1", value=1, changed_at=clock.now(), scope=("team",))
    ids["kept"] = ada.search("which port does the server use?", keep=True).receipt.id
    clock.advance(days=2)
    return ids
