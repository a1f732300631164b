"""Names of one entity: slots that become one, searches that know both names, and near misses that stay apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from holdfast import Memory
from holdfast.attributes import Attribute
from holdfast.errors import InvalidInput
from holdfast.memory import ScopedMemory
from holdfast.testing import FrozenClock

DAY = timedelta(days=1)


def city(caller: ScopedMemory, who: str, where: str, **more: Any) -> str:
    """Save where somebody lives; return the id."""
    return caller.save(f"{who} lives in {where}", slot=f"{who}.residence", value=where, **more).id


def lives(caller: ScopedMemory, who: str, attribute: str = "residence", **when: Any) -> object:
    """The value of somebody's residence or other attribute, or None."""
    found = caller.current(f"{who}.{attribute}", **when)
    return None if found is None else found.value


def test_two_slots_become_one(ada: ScopedMemory, clock: FrozenClock) -> None:
    """What was said later holds under either name; the earlier value stays in the history, with its successor."""
    early = city(ada, "robert", "Oslo")
    clock.advance(days=1)
    late = city(ada, "bob", "Rome")
    said = clock.now()
    clock.advance(days=1)
    ids = ada.rename("Bob", "Robert").ids
    assert lives(ada, "bob", valid_at=said) == lives(ada, "robert", valid_at=said) == "Rome"
    assert ada.search("where is Robert?", valid_at=said).receipt.options["also"] == ["bob"]
    assert not ada.search("where is Robert?", known_at=said).receipt.options["also"]
    assert {early, late} <= set(ids)
    assert lives(ada, "robert") == lives(ada, "bob") == "Rome"
    assert ada.get(early).superseded_by == late
    assert ada.get(late).slot == "robert.residence"
    assert lives(ada, "robert", valid_at=said - DAY / 2) == "Oslo"
    clock.advance(days=1)
    city(ada, "bob", "Lima")
    assert lives(ada, "robert") == "Lima"
    assert ada.get(late).valid_to == clock.now()


def test_an_entity_is_renamed_with_all_it_owns(ada: ScopedMemory) -> None:
    """Every slot of it moves, also of what belongs to it; names that only begin alike stay."""
    for who in ("bob", "bob's sister", "bobby"):
        city(ada, who, f"the place of {who}")
    ada.rename("bob", "rob")
    found = {one.name: one.aliases for one in ada.entities()}
    assert found == {"rob": ("bob",), "rob's sister": (), "bobby": ()}
    assert lives(ada, "bob's sister") == "the place of bob's sister"


def test_names_follow_in_chains_and_back(ada: ScopedMemory) -> None:
    """A second rename takes the earlier names along, and the old name may become the name again."""
    city(ada, "acme", "Oslo")
    ada.rename("acme", "apex")
    ada.rename("apex", "zenith")
    assert [(one.name, one.aliases) for one in ada.entities()] == [("zenith", ("acme", "apex"))]
    assert ada.rename("acme", "zenith").ids == ()
    ada.rename("zenith", "acme")
    assert [(one.name, one.aliases) for one in ada.entities()] == [("acme", ("apex", "zenith"))]
    assert lives(ada, "zenith") == "Oslo"


def test_a_slot_has_its_history_by_every_name(ada: ScopedMemory, clock: FrozenClock) -> None:
    """Under either name, and page by page, all that the slot ever held comes in order; before the rename they were two."""
    city(ada, "bob", "Rome")
    first = clock.now()
    clock.advance(DAY)
    city(ada, "robert", "Oslo")
    ada.save("Robert's sister lives in Bonn", slot="robert's sister.residence", value="Bonn")
    before = clock.now()
    clock.advance(DAY)
    ada.rename("bob", "robert")
    clock.advance(DAY)
    city(ada, "Bob", "Paris")
    whole = [(one.item.value, one.item.slot) for one in ada.history(slot="robert.residence")]
    assert [value for value, _ in whole][:2] == ["Rome", "Oslo"]
    assert whole[-1] == ("Paris", "robert.residence")
    assert ("Rome", "bob.residence") in whole
    for name in ("bob.residence", "robert.residence"):
        assert [(one.item.value, one.item.slot) for one in ada.history(slot=name)] == whole
        pages, cursor = list[tuple[object, str | None]](), None
        while not pages or cursor:
            page = ada.history(slot=name, limit=1, cursor=cursor)
            pages += [(one.item.value, one.item.slot) for one in page]
            cursor = page.next
        assert pages == whole
        assert [one.item.slot for one in ada.history(slot=name, known_at=before)] == [name]
        assert {one.item.value for one in ada.history(slot=name, valid_at=first)} == {"Rome"}
    assert [one.item.value for one in ada.history(slot="bob's sister.residence")] == ["Bonn"]
    assert len(ada.history(slot="bob.age").items) == 0


def test_dated_contradictions_become_an_open_conflict(ada: ScopedMemory, clock: FrozenClock) -> None:
    """Two values that were both dated for one time are kept, flagged, and settled by `resolve`."""
    when = clock.now() - DAY
    ids = {city(ada, who, place, valid_from=when) for who, place in (("bob", "Rome"), ("robert", "Oslo"))}
    ada.rename("bob", "robert")
    (group,) = ada.conflicts()
    assert {one.id for one in group} == ids
    ada.resolve(group[0].id)
    assert lives(ada, "bob") == group[0].value


def test_a_rename_that_made_conflicts_is_undone_and_done_again(ada: ScopedMemory, clock: FrozenClock) -> None:
    """Whose values met in one slot leave it again, whichever of them held first."""
    start = clock.now()

    def told(who: str) -> list[object]:
        return [lives(ada, who, valid_at=start + n * DAY) for n in range(6)]

    for n, who in enumerate(("bob", "robert", "bob", "robert")):
        city(ada, who, f"town {n}", valid_from=start + n * DAY)
    clock.advance(days=9)
    apart = told("bob"), told("robert")
    ids = ada.rename("bob", "robert").ids
    together = told("robert")
    for _ in range(2):
        ada.undo(ids[0])
        assert (told("bob"), told("robert")) == apart
        assert not any(one.conflicts_with for one in ada.list().items)
        ada.undo(ids[1])
        assert told("robert") == together
        assert ada.list(where={"eq": {"attribute": "residence"}}).items[0].conflicts_with


def test_the_attributes_policy_decides(url: str, clock: FrozenClock) -> None:
    """What is most trusted stays, or both do, or several values are no contradiction at all."""
    rows = {"seat": Attribute(policy="highest_trust"), "motto": Attribute(policy="keep_both")}
    with Memory(url, embedder=None, clock=clock, attributes=rows) as memory:
        ada = memory.scoped(user="ada")
        for name in ("seat", "motto", "likes"):
            ada.save(f"robert {name} one", slot=f"robert.{name}", value="one")
            clock.advance(days=1)
            ada.save(f"bob {name} two", slot=f"bob.{name}", value="two", source={"trust": "tool"})
        ada.rename("bob", "robert")
        assert lives(ada, "robert", "seat") == "one"
        assert [{one.value for one in group} for group in ada.conflicts()] == [{"one", "two"}]
        likes = ada.list(where={"eq": {"slot": "robert.likes"}})
        assert {one.value for one in likes} == {"one", "two"}
        assert not any(one.valid_to for one in likes)


def test_a_model_cannot_make_two_one(ada: ScopedMemory) -> None:
    """An alias counts only where a user said it."""
    city(ada, "bob", "Rome")
    value = {"name": "bob", "of": "robert"}
    ada.save("Bob is Robert", slot="entity.alias", value=value, source={"trust": "model"})
    assert lives(ada, "robert") is None
    city(ada, "bob", "Lima")
    assert [one.name for one in ada.entities()] == ["bob"]


def test_a_search_by_one_name_finds_the_other(url: str, clock: FrozenClock) -> None:
    """The names that were added are in the receipt, so that a rerun gives the same; "Zeddy" is nobody else's name."""
    with Memory(url, embedder=None, clock=clock) as memory:
        ada = memory.scoped(user="ada")
        told = ada.save("Robert plays the cello", kind="episode")
        assert not ada.search("what about Zed?")
        before = ada.search("Robert")
        ada.rename("zed", "robert")
        hits = ada.search("what about Zed?", keep=True)
        assert told.id in [hit.id for hit in hits]
        assert hits.receipt.options["also"] == ["robert"]
        assert ada.rerun(hits.receipt.id).same
        assert ada.rerun(before.receipt).same
        assert told.id in ada.context("what about Zed?").ids
        assert told.id not in [hit.id for hit in ada.search("what about Zeddy?")]


def test_an_alias_belongs_to_its_scope(memory: Memory, ada: ScopedMemory) -> None:
    """Two Annas in two scopes are two; a wider scope's alias is known to whom sees it, and moves no slot of a narrower one."""
    bea, both = memory.scoped(user="bea"), memory.scoped(user="ada", team="core")
    for caller in (ada, bea, both):
        city(caller, "anna", "Rome")
    ada.rename("anna", "ada's sister")
    assert lives(ada, "ada's sister") == "Rome"
    assert lives(bea, "ada's sister") is None
    assert [one.name for one in bea.entities()] == ["anna"]
    assert both.search("anna").receipt.options["also"] == ["ada's sister"]
    assert bea.search("anna").receipt.options["also"] == []
    city(both, "anna", "Oslo")
    assert lives(ada, "anna") == "Rome"
    assert lives(both, "anna") == "Oslo"


def test_deleting_the_alias_parts_the_names(ada: ScopedMemory) -> None:
    """What is saved afterwards goes under its own name; what was moved stays."""
    city(ada, "bob", "Rome")
    ada.rename("bob", "robert")
    alias = ada.current("entity.alias")
    assert alias is not None
    ada.delete(alias.id)
    city(ada, "bob", "Lima")
    assert (lives(ada, "bob"), lives(ada, "robert")) == ("Lima", "Rome")


def test_a_dry_run_writes_nothing(ada: ScopedMemory) -> None:
    """The ids are what would be changed."""
    id = city(ada, "bob", "Rome")
    assert id in ada.rename("bob", "robert", dry_run=True).ids
    assert lives(ada, "robert") is None
    assert ada.get(id).version == 1


@pytest.mark.parametrize(
    ("name", "to"), [("bob", "Bob"), ("a.b", "c"), ("state", "x"), ("bob", " "), ("bob", "entity")]
)
def test_what_is_no_name_is_refused(ada: ScopedMemory, name: str, to: str) -> None:
    """One name for both, a dot, and the session's own entities."""
    with pytest.raises(InvalidInput):
        ada.rename(name, to)


# -- read by rules ---------------------------------------------------------------------------------------------------


def said(caller: ScopedMemory, text: str, name: str | None = None) -> None:
    """Observe a user's words."""
    caller.observe([{"role": "user", "content": text, **({"name": name} if name else {})}])


def test_call_me_bob(ada: ScopedMemory) -> None:
    """Bob is Robert, once he says so; a friend who was known as Bob before stays himself."""
    said(ada, "Call me Bob.", "Robert")
    said(ada, "Bob lives in Rome.")
    assert lives(ada, "robert") == "Rome"


def test_call_me_bob_where_there_is_a_bob(ada: ScopedMemory) -> None:
    """A name that is somebody's already joins nobody."""
    said(ada, "Bob lives in Rome.")
    said(ada, "I live in Oslo. Call me Bob.", "Robert")
    assert (lives(ada, "bob"), lives(ada, "robert")) == ("Rome", "Oslo")


def test_whoever_has_no_name_is_one_person_for_one_user_only(ada: ScopedMemory, memory: Memory) -> None:
    """In a team's scope anybody may be the user: two who give their names do not become one."""
    said(ada, "Call me Bob.")
    assert [one.aliases for one in ada.entities()] == [("bob",)]
    team = memory.scoped(team="core")
    for name in ("Bob", "Kim"):
        said(team, f"Call me {name}.")
        said(team, f"My name is {name}.")
    said(team, "Bob lives in Rome.")
    said(team, "Kim lives in Oslo.")
    assert (lives(team, "bob"), lives(team, "kim")) == ("Rome", "Oslo")


def test_a_new_manager_is_another_person(ada: ScopedMemory) -> None:
    """What is known of the old one stays theirs, and "my manager" is the new one; a sister whose name is put right is the same."""
    said(ada, "My boss is Carl.", "Ada")
    said(ada, "Carl lives in Oslo.", "Ada")
    said(ada, "My boss isn't Carl anymore, it's Dana.", "Ada")
    said(ada, "My boss lives in Rome.", "Ada")
    assert (lives(ada, "carl"), lives(ada, "dana")) == ("Oslo", "Rome")
    said(ada, "My sister's name is Anna.", "Ada")
    said(ada, "My sister lives in Bergen.", "Ada")
    said(ada, "My sister's name isn't Anna, it's Hanna.", "Ada")
    assert lives(ada, "hanna") == "Bergen"


def test_my_sisters_name(ada: ScopedMemory) -> None:
    """Who "my sister" is; with a second one told of, nobody in particular."""
    said(ada, "My sister lives in Rome.", "Ada")
    said(ada, "My sister's name is Anna.", "Ada")
    assert lives(ada, "anna") == "Rome"
    said(ada, "My sister's name is Beth.", "Ada")
    said(ada, "Beth lives in Lima.", "Ada")
    assert (lives(ada, "anna"), lives(ada, "beth")) == ("Rome", "Lima")


def test_a_company_is_renamed(ada: ScopedMemory) -> None:
    """What was known under the old name is found under the new one."""
    ada.save("Acme is led by Mia", slot="acme.ceo", value="Mia")
    said(ada, "Acme was renamed to Apex.")
    found = ada.current("apex.ceo")
    assert found is not None
    assert found.value == "Mia"


def test_restored_under_the_name_it_has_now(ada: ScopedMemory) -> None:
    """What was deleted before a rename comes back in the slot of the name the entity goes by since."""
    item = ada.save("Bob lives in Oslo.", slot="bob.city", value="Oslo")
    ada.save("Bob is 30.", slot="bob.age", value=30)
    ada.delete(item.id)
    ada.rename("bob", "robert")
    assert ada.restore(item.id).slot == "robert.city"
    assert ada.current("bob.city").id == item.id
    assert [one.name for one in ada.entities()] == ["robert"]


def test_another_name_is_asked_for_as_users_say_it(memory: Memory) -> None:
    """ "user" is no word of theirs: the alias itself, which would be all that has it, stands behind what answers."""
    ada = memory.scoped(user="ada")
    ada.rename("user's sister", "Anna")
    work = ada.save("Anna works at Equinor", slot="anna.employer", value="Equinor").id
    ada.save("My sister moved to Bergen", kind="episode")
    hits = ada.search("where does Anna work?")
    assert hits.receipt.options["also"] == ["my sister"]
    assert hits[0].id == work
    assert ada.search("where does my sister work?")[0].id == work


def test_another_name_is_no_time(memory: Memory) -> None:
    """Who is called April, or May, is asked for by name; the order that a question asks for stays what it was."""
    ada = memory.scoped(user="ada")
    ada.rename("user's sister", "April")
    roof = ada.save("The roof was mended", kind="episode", observed_at=datetime(2025, 4, 3, tzinfo=UTC))
    hits = ada.search("where does my sister live, under which roof?")
    assert hits.receipt.options["also"] == ["april"]
    assert {hit.id: hit.signals["time"] for hit in hits}[roof.id] == 0
    hits = ada.search("under which roof was my sister first?")
    assert max(hit.signals["recent"] for hit in hits) > 0


def test_a_name_holds_from_when_it_was_told(url: str, clock: FrozenClock) -> None:
    """Who was a son at the time of the message goes by that from then on; a birthday to come is not since when he is one."""
    with Memory(url, embedder=None, clock=clock) as memory:
        ada = memory.scoped(user="ada")
        when = clock.now() - timedelta(days=90)
        said = {"role": "user", "at": when, "content": "My son Teo turns 8 on 3 October."}
        found = {one.item.slot: one.item.valid_from for one in ada.observe(said).judgements if one.item}
        assert found == {"user.son": when, "teo.turning": when}
        (alias,) = ada.list(where={"eq": {"slot": "entity.alias"}})
        assert alias.valid_from == when
        assert ada.search("what about my son", valid_at=when + timedelta(days=1)).receipt.options["also"]


def aliases(caller: ScopedMemory) -> list[str]:
    """Who other names stand for, as a context tells it."""
    return [item.text for item in caller.list(where={"eq": {"slot": "entity.alias"}}).items]


def test_an_old_chat_does_not_change_who_my_manager_is(ada: ScopedMemory, clock: FrozenClock) -> None:
    """What held before is history, also as a name; what is said of "my manager" later is of the present one."""
    ada.observe("My manager is Sven.")
    clock.advance(days=1)
    before = (clock.now() - 60 * DAY).isoformat()
    ada.observe([{"role": "user", "content": "My manager is Olga.", "timestamp": before}], thread="old")
    assert lives(ada, "user", "manager") == "Sven"
    assert aliases(ada) == ["user's manager is another name of sven."]


@pytest.mark.parametrize("how", ["save", "update", "delete", "end", "erase"])
def test_a_role_goes_by_nobodys_name_once_they_have_it_no_more(
    how: str, ada: ScopedMemory, clock: FrozenClock
) -> None:
    """However it ends: the name is in no answer any more, and of what is erased nothing tells; one undo brings both back."""
    ada.observe("My manager is Sven.")
    item = ada.current("user.manager")
    assert item is not None
    clock.advance(days=1)
    if how == "save":
        last = ada.save("My manager is Mona", slot="user.manager", value="Mona")
    elif how == "update":
        last = ada.update(item.id, text="My manager is Mona", value="Mona")
    elif how == "delete":
        last = ada.delete(item.id)
    elif how == "end":
        last = ada.update(item.id, valid_to=clock.now())
    else:
        ada.erase([item.id, *item.source.lineage])
        last = None
    assert aliases(ada) == []
    assert not [hit for hit in ada.search("who is another name of sven?") if hit.item.slot == "entity.alias"]
    if last is not None:
        ada.undo(last.id)
        assert lives(ada, "user", "manager") == "Sven"
        assert aliases(ada) == ["user's manager is another name of sven."]


def test_a_name_ends_when_the_next_one_takes_over(ada: ScopedMemory, clock: FrozenClock) -> None:
    """A manager who is to come is not yet "my manager", and the one there is will not be for longer than that."""
    ada.observe("My manager is Sven.")
    later = clock.now() + 10 * DAY
    ada.save("My manager is Mona", slot="user.manager", value="Mona", valid_from=later)
    clock.advance(days=9)
    assert aliases(ada) == ["user's manager is another name of sven."]
    clock.advance(days=1)
    assert (lives(ada, "user", "manager"), aliases(ada)) == ("Mona", [])


def test_a_name_stays_while_anything_tells_it(ada: ScopedMemory, clock: FrozenClock) -> None:
    """A sister is one's sister whatever she is called, and what is said twice is told once more."""
    ada.observe("My sister's name is Anna.")
    item = ada.current("user.sister")
    assert item is not None
    ada.update(item.id, text="My sister's name is Anne.", value="Anne")
    assert aliases(ada) == ["user's sister is another name of anna."]
    ada.observe("My manager is Sven.")
    item = ada.current("user.manager")
    assert item is not None
    ada.update(item.id, importance=0.9)
    assert "user's manager is another name of sven." in aliases(ada)


def test_a_name_given_by_hand_outlasts_values_that_fit_it(ada: ScopedMemory) -> None:
    """Who says by hand that two are one needs no memory that tells it."""
    ada.rename("ada's manager", "Sven")
    item = ada.save("Ada's manager is Sven", slot="ada.manager", value="Sven")
    assert aliases(ada) == ["ada's manager is another name of Sven."]
    ada.delete(item.id)
    assert aliases(ada) == []


def test_forgetting_what_to_call_me_forgets_the_name(memory: Memory) -> None:
    """The other name was read from what is deleted."""
    ada = memory.scoped(user="ada")
    ada.observe("Call me Bob.")
    item = ada.current("user.goes_by")
    assert item is not None
    assert aliases(ada) == ["Bob is another name of user."]
    ada.delete(item.id)
    assert aliases(ada) == []
