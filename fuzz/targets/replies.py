"""What a language model replies: to what memories it sees in a step, to what it quotes of a thread, and as a server streams it."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from fuzz.doors import anything, dumped, loaded, opened, refusing, scalars, texts
from holdfast.extract.drafted import SCHEMA
from holdfast.remote import spoken
from holdfast.testing import FakeModel

SAID = "Our staging box answers on port 8443. Ann prefers oat milk in everything. Marta runs the harbour office now."
SEEDS = [
    b'{"memories": [{"message": 0, "quote": "answers on port 8443", "kind": "fact", "entity": "staging box", "attribute": "port", "value": 8443}]}',
    b'```json\n{"memories": [{"message": 0, "quote": "Ann prefers oat milk", "kind": "preference", "entity": "Ann", "attribute": "milk", "value": "oat milk"}]}\n```',
    b'{"memories": []}',
    b"I am sorry, I cannot do that.",
    b'[{"choices": [{"delta": {"content": "hel", "tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": "{"}}]}, "finish_reason": "stop"}]}]',
    b'{"quotes": [{"message": 0, "quote": "Marta runs the harbour office now", "role": "done"}]}',
]


def check(given: bytes) -> None:
    """A reply is read or refused, and never costs what was said: the step stays kept, and the store works."""
    reply = given.decode("utf-8", "replace")
    with opened(model=FakeModel([reply] * 12)) as memory:
        ada = memory.scoped(user="ada")
        with refusing():
            ada.observe(SAID, thread="talk")
        with refusing():
            ada.summarise("talk")
        assert SAID in [item.text for item in ada.list().items], "the step is gone"
        ada.search("port")
    events = loaded(given)
    with refusing():
        list(spoken(events if isinstance(events, list) else [events]))


def inputs() -> st.SearchStrategy[bytes]:
    """Replies of the shape that was asked for with odd values; other shapes; and streamed events."""
    quote = st.one_of(
        st.sampled_from([SAID[a:b] for a, b in ((0, 36), (14, 36), (38, 60), (74, 200))]), texts
    )
    value = st.one_of(st.sampled_from([8443, "8443", "oat milk", "harbour office", 8443.0, 1e999]), scalars)
    memory = st.fixed_dictionaries(
        {
            "message": st.one_of(st.sampled_from([0, 0, 1, -1]), scalars), "quote": quote, "kind": st.sampled_from(["fact", "preference", "procedure", "x"]),
            "entity": st.one_of(st.sampled_from(["staging box", "Ann", "Marta", "user"]), texts),
            "attribute": st.one_of(st.sampled_from(["port", "milk", "role"]), texts), "value": value,
        }
    )  # fmt: skip
    assert set(SCHEMA["properties"]["memories"]["items"]["required"]) == {
        "message",
        "quote",
        "kind",
        "entity",
        "attribute",
        "value",
    }
    asked = st.lists(st.one_of(memory, memory, anything), max_size=3).map(lambda some: {"memories": some})
    quotes = st.lists(
        st.one_of(
            st.dictionaries(
                st.sampled_from(["message", "turn", "quote", "role", "section"]),
                st.one_of(quote, value),
                max_size=4,
            ),
            anything,
        ),
        max_size=3,
    )
    shaped = st.one_of(
        asked, asked, quotes.map(lambda some: {"quotes": some}), st.lists(_events(), max_size=3), anything
    )
    fenced = asked.map(lambda one: f"```json\n{json.dumps(one)}\n```".encode())
    return st.one_of(
        shaped.map(dumped), fenced, texts.map(lambda text: text.encode("utf-8", "surrogatepass"))
    )


def _events() -> st.SearchStrategy[object]:
    """Events of a stream with odd values in every place."""
    call = st.fixed_dictionaries(
        {},
        optional={
            "index": scalars,
            "id": scalars,
            "function": st.one_of(
                anything, st.fixed_dictionaries({}, optional={"name": scalars, "arguments": scalars})
            ),
        },
    )
    delta = st.fixed_dictionaries(
        {}, optional={"content": scalars, "tool_calls": st.one_of(st.lists(call, max_size=2), anything)}
    )
    return st.fixed_dictionaries(
        {
            "choices": st.one_of(
                st.lists(
                    st.fixed_dictionaries(
                        {},
                        optional={
                            "delta": st.one_of(delta, anything),
                            "message": delta,
                            "finish_reason": scalars,
                        },
                    ),
                    max_size=2,
                ),
                anything,
            )
        },
        optional={"error": scalars},
    )
