"""What `observe` is given: OpenAI's and Anthropic's messages, and what looks like them."""

from __future__ import annotations

from hypothesis import strategies as st

from fuzz.doors import anything, dumped, loaded, opened, refusing, scalars, texts, writing
from holdfast.extract.messages import normalise

SEEDS = [
    b'"My favourite colour is green. I work at Acme."',
    b'[{"role": "user", "content": "Call me Bob. The server listens on port 8080."}, {"role": "assistant", "content": [{"type": "text", "text": "Which city are you in?"}]}, {"role": "user", "content": "Berlin"}]',
    b'[{"role": "assistant", "content": null, "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "run", "arguments": "{\\"a\\": 1}"}}]}, {"role": "tool", "tool_call_id": "c1", "content": "exit 1"}]',
    b'[{"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "ls", "input": {"p": "."}}]}, {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "is_error": true, "content": [{"type": "text", "text": "no such file"}]}]}]',
    b'[{"type": "function_call", "call_id": "x", "name": "f", "arguments": "{}"}, {"type": "function_call_output", "call_id": "x", "output": "8080"}]',
    b'{"role": "user", "content": "Forget my port. Do not save this: my key is sk-test-1234567890abcdef1234567890", "timestamp": "2026-01-01T10:00:00Z", "name": "Ada"}',
    b'["I moved from Oslo to Bergen yesterday", {"from": "human", "text": "My mum is called Anna"}]',
]


def check(given: bytes) -> None:
    """Normalise them, and observe them twice: refused means nothing kept."""
    messages = loaded(given)
    with refusing():
        for one in normalise(messages):
            one.told.encode()
    with opened() as memory:
        ada = memory.scoped(user="ada")
        for _ in range(2):
            with writing(memory):
                seen = ada.observe(messages, thread="talk")
                assert all(one.reason for one in seen.judgements)
        ada.summarise("talk")
        ada.context("what is my port, colour and name?")


def inputs() -> st.SearchStrategy[bytes]:
    """Messages of every shape with odd parts in the places where words stand."""
    words = st.one_of(texts, texts, scalars)
    part = st.one_of(
        st.fixed_dictionaries(
            {"type": st.sampled_from(["text", "input_text", "output_text", "refusal", "image_url", "thinking"])},
            optional={"text": words, "refusal": words},
        ),
        st.fixed_dictionaries(
            {"type": st.sampled_from(["tool_use", "function_call", "server_tool_use"])},
            optional={"id": words, "call_id": words, "name": words, "input": anything, "arguments": anything},
        ),
        st.fixed_dictionaries(
            {"type": st.sampled_from(["tool_result", "function_call_output", "web_search_tool_result"])},
            optional={"tool_use_id": words, "call_id": words, "content": anything, "output": anything, "is_error": scalars},
        ),
        anything,
    )  # fmt: skip
    role = st.one_of(st.sampled_from(["user", "assistant", "system", "tool", "developer", "human"]), words)
    time = st.one_of(st.sampled_from(["2026-01-01T10:00:00Z", 1_767_225_600, 1e12, 1e300, -1]), scalars)
    message = st.fixed_dictionaries(
        {},
        optional={
            "role": role, "content": st.one_of(words, st.lists(part, max_size=3)), "text": words, "name": words, "id": words,
            "timestamp": time, "tool_calls": st.lists(part, max_size=2), "tool_call_id": words, "function_call": part,
            "type": words, "is_error": scalars,
        },
    )  # fmt: skip
    return st.one_of(st.lists(st.one_of(message, texts), max_size=4), message, texts, anything).map(dumped)
