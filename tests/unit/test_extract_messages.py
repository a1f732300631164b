"""Messages in OpenAI's and Anthropic's shapes become one small type."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.errors import InvalidInput
from holdfast.extract import Call, normalise

OPENAI: list[dict[str, Any]] = [
    {"role": "user", "name": "ada", "content": [{"type": "text", "text": "List"}, {"type": "image_url", "image_url": {}}, {"type": "text", "text": "files"}]},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "ls", "arguments": '{"path": "/"}'}}],
    },
    {"role": "tool", "tool_call_id": "c1", "content": "a.txt"},
]  # fmt: skip
ANTHROPIC: list[dict[str, Any]] = [
    {"role": "user", "content": [{"type": "text", "text": "List\nfiles"}]},
    {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm"}, {"type": "tool_use", "id": "c1", "name": "ls", "input": {"path": "/"}}]},
    {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "a.txt"}]},
            {"type": "tool_result", "tool_use_id": "c2", "content": "no such call", "is_error": True},
            {"type": "text", "text": "Thanks"},
        ],
    },
]  # fmt: skip
RESPONSES: list[dict[str, Any]] = [
    {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "List\nfiles"}]},
    {"type": "function_call", "call_id": "c1", "name": "ls", "arguments": '{"path": "/"}'},
    {"type": "function_call_output", "call_id": "c1", "output": "a.txt"},
]


@pytest.mark.parametrize("messages", [OPENAI, ANTHROPIC, RESPONSES], ids=["openai", "anthropic", "responses"])
def test_every_shape_reads_the_same(messages: list[dict[str, Any]]) -> None:
    """Text parts are joined, calls are read, and a result carries the name of the tool it answers."""
    user, assistant, result = normalise(messages)[:3]
    assert (user.role, user.text) == ("user", "List\nfiles")
    assert assistant.calls == (Call("ls", {"path": "/"}, "c1"),)
    assert (assistant.role, assistant.text) == ("assistant", "")
    assert (result.role, result.text, result.tool, result.place) == ("tool", "a.txt", "ls", 2)


def test_several_results_in_one_message_are_several_messages() -> None:
    """Each keeps the place of the message it came in; an error is told; the text beside them is the user's."""
    _, _, first, second, thanks = normalise(ANTHROPIC)
    assert [one.place for one in (first, second, thanks)] == [2, 2, 2]
    assert (second.failed, second.tool) == (True, None)
    assert (thanks.role, thanks.text) == ("user", "Thanks")


def test_a_picture_that_a_tool_answers_with_is_no_text() -> None:
    """What it says beside it is; a row of its own that only has such a type stays."""
    pixels = "iVBORw0KGgo" * 100
    shots: list[dict[str, Any]] = [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": pixels}},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{pixels}"}},
        {"type": "image", "data": pixels, "mimeType": "image/png"},
    ]
    for shot in shots:
        for words in ([], [{"type": "text", "text": "a.txt"}]):
            result = {"type": "tool_result", "tool_use_id": "c1", "content": [*words, shot]}
            (message,) = normalise([{"role": "user", "content": [result]}])
            assert message.text == "".join(one["text"] for one in words)
    rows = [{"type": "file", "name": "a.txt"}, {"type": "image", "name": "b.png"}]
    (listing,) = normalise([{"type": "function_call_output", "call_id": "c1", "output": rows}])
    assert "a.txt" in listing.text
    assert "b.png" in listing.text


def test_tools_that_a_provider_runs_and_tools_that_take_plain_text() -> None:
    """They are calls and results like others; what only the provider can read is left out."""
    found = [{"type": "web_search_result", "title": "Oslo", "encrypted_content": "Xyz" * 100}]
    searched = [
        {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "q"}},
        {"type": "web_search_tool_result", "tool_use_id": "s1", "content": found},
        {"type": "server_tool_use", "id": "s2", "name": "code_execution", "input": {}},
        {"type": "code_execution_tool_result", "tool_use_id": "s2", "content": {"stdout": "42"}},
    ]
    first, second, calls = normalise([{"role": "assistant", "content": searched}])
    assert (first.tool, second.tool) == ("web_search", "code_execution")
    assert "Oslo" in first.text
    assert "Xyz" not in first.text
    assert "42" in second.text
    assert [one.name for one in calls.calls] == ["web_search", "code_execution"]
    custom = {"id": "c1", "type": "custom", "custom": {"name": "sql", "input": "select 1"}}
    item = {"type": "custom_tool_call", "call_id": "c2", "name": "sql", "input": "select 2"}
    answer = {"type": "custom_tool_call_output", "call_id": "c2", "output": "2"}
    called, again, result = normalise([{"role": "assistant", "tool_calls": [custom]}, item, answer])
    assert called.calls == (Call("sql", "select 1", "c1"),)
    assert (again.role, again.name, again.calls) == ("assistant", None, (Call("sql", "select 2", "c2"),))
    assert (result.role, result.tool, result.text) == ("tool", "sql", "2")


@pytest.mark.parametrize(
    ("item", "called", "answered"),
    [
        ({"type": "local_shell_call", "call_id": "c", "action": {"command": ["ls"]}}, 'local_shell({"command": ["ls"]})', None),
        ({"type": "web_search_call", "id": "w", "action": {"query": "Oslo"}}, 'web_search({"query": "Oslo"})', None),
        ({"type": "code_interpreter_call", "code": "1 + 1", "outputs": [{"type": "logs", "logs": "2"}]}, 'code_interpreter("1 + 1")', '"logs": "2"'),
        ({"type": "mcp_call", "name": "roll", "arguments": "{}", "output": "6", "error": None}, "roll({})", "6"),
        ({"type": "mcp_call", "name": "roll", "arguments": "{}", "output": None, "error": "no dice"}, "roll({})", "no dice"),
        ({"type": "image_generation_call", "id": "i", "result": "aGk="}, "image_generation(null)", None),
    ],
)  # fmt: skip
def test_items_of_tools_that_a_provider_has_of_its_own(
    item: dict[str, Any], called: str, answered: str | None
) -> None:
    """A shell, a search, code, a server of tools: such an item is a call by its type, and may hold its own answer."""
    call, *results = normalise([item])
    assert (call.role, call.told) == ("assistant", called)
    assert [answered in one.text for one in results if answered] == [True] * (answered is not None)
    assert [(one.role, one.tool, one.failed) for one in results] == [
        ("tool", call.calls[0].name, bool(item.get("error"))) for _ in results
    ]


def test_results_of_such_tools_are_kept() -> None:
    """They are paired with their calls; a picture of a screen has no words, and an event of such a name is no call."""
    ran = {"type": "shell_call", "call_id": "c", "action": {"commands": ["make"]}}
    output = {"type": "shell_call_output", "call_id": "c", "status": "failed", "output": [{"stdout": "", "stderr": "boom"}]}  # fmt: skip
    _, result = normalise([ran, output])
    assert (result.role, result.tool, result.failed) == ("tool", "shell", True)
    assert "boom" in result.text
    screen = {"type": "computer_screenshot", "image_url": "data:image/png;base64,AAAA"}
    assert [
        one.text for one in normalise([{"type": "computer_call_output", "call_id": "x", "output": screen}])
    ] == [""]
    (event,) = normalise([{"type": "missed_call", "content": "Ben rang at noon"}])
    assert (event.role, event.text) == ("missed_call", "Ben rang at noon")


def test_a_result_that_is_a_mapping_is_kept_as_json() -> None:
    """Some loops hand over what a tool returned as it is, one or many rows of it."""
    found = normalise([{"role": "tool", "content": {"temp": 3}}, {"role": "tool", "content": [{"temp": 4}]}])
    assert [one.text for one in found] == ['{"temp": 3}', '{"temp": 4}']


def test_the_text_of_a_document_is_somebody_elses() -> None:
    """What a user shows is kept beside their words, and is not theirs; of a file of bytes there is nothing to read."""
    shown = [
        {"type": "document", "title": "Letter", "source": {"type": "text", "media_type": "text/plain", "data": "I live in Rome."}},
        {"type": "search_result", "source": "https://x.test", "title": "Oslo", "content": [{"type": "text", "text": "It rains."}]},
        {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}},
        {"type": "text", "text": "What does it say?"},
    ]  # fmt: skip
    letter, found, asked = normalise([{"role": "user", "content": shown}])
    assert (letter.role, letter.name, letter.text, letter.trust) == (
        "document",
        "Letter",
        "I live in Rome.",
        "external",
    )
    assert (found.role, found.text) == ("document", "It rains.")
    assert (asked.role, asked.text) == ("user", "What does it say?")


class Dumped:
    """An object of a client library: a mapping once it is dumped."""

    def __init__(self, **fields: Any) -> None:
        self._fields = fields

    def model_dump(self) -> dict[str, Any]:
        """Return its fields."""
        return self._fields


def test_objects_of_client_libraries_are_read_as_what_they_are() -> None:
    """Whole messages, the blocks of one, and its calls."""
    call = Dumped(id="c1", type="function", function={"name": "ls", "arguments": "{}"})
    blocks = [Dumped(type="text", text="Look"), Dumped(type="tool_use", id="c2", name="cat", input={})]
    first, second, third = normalise(
        [
            Dumped(role="user", content="Hi"),
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "assistant", "content": blocks},
        ]
    )
    assert (first.role, first.text) == ("user", "Hi")
    assert second.calls == (Call("ls", {}, "c1"),)
    assert (third.text, third.calls) == ("Look", (Call("cat", {}, "c2"),))


def test_half_a_surrogate_pair_loses_no_message() -> None:
    """What a stream broke in two is replaced, in plain strings, in messages and in what a tool answered."""
    half = "I like pizza \ud83d"
    answered = {"type": "function_call_output", "call_id": "c1", "output": {"said": half}}
    for message in normalise([half, {"role": "user", "content": half}, answered]):
        assert "I like pizza \ufffd" in message.text


def test_names_times_and_ids() -> None:
    """A speaker's name, an id, and a time as ISO 8601, as seconds or as milliseconds."""
    moment = datetime(2026, 5, 13, 12, tzinfo=UTC)
    for at in (
        moment,
        "2026-05-13T12:00:00Z",
        "2026-05-13T14:00:00+02:00",
        moment.timestamp(),
        moment.timestamp() * 1000,
    ):
        (message,) = normalise(
            [{"role": "human", "speaker": "Ada", "id": "m1", "timestamp": at, "text": "hi"}]
        )
        assert (message.role, message.name, message.id, message.at) == ("user", "Ada", "m1", moment)


def test_roles_and_their_trust() -> None:
    """Roles have one spelling; an event keeps its own and is trusted as what comes from outside."""
    listed = [{"role": role, "content": "x"} for role in ("ai", "function", "developer", "calendar")]
    assert [(one.role, one.trust) for one in normalise(listed)] == [
        ("assistant", "model"), ("tool", "tool"), ("system", "external"), ("calendar", "external"),
    ]  # fmt: skip


def test_a_plain_string_is_the_users() -> None:
    """So is each string in a list."""
    assert [(one.role, one.text) for one in normalise("hi")] == [("user", "hi")]
    assert [one.text for one in normalise(["a", "b"])] == ["a", "b"]


@pytest.mark.parametrize(
    "wrong",
    [[3], [{"role": "user", "content": 3}], [{"role": "user", "content": "x", "at": "soon"}], [{"role": "user", "content": [{"type": "text", "text": object()}]}], [{"role": "assistant", "tool_calls": [3]}]],
)  # fmt: skip
def test_what_is_no_message_is_named(wrong: list[Any]) -> None:
    """The error names the message."""
    with pytest.raises(InvalidInput, match=r"messages\[0\]"):
        normalise(wrong)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)
KEYS = st.sampled_from("role content text type name id tool_calls tool_call_id function arguments input output call_id is_error at".split())  # fmt: skip
TYPES = st.sampled_from("text tool_use tool_result function_call function_call_output image message".split())


@given(
    st.lists(
        st.dictionaries(
            KEYS,
            JSON | TYPES | st.lists(st.dictionaries(KEYS, JSON | TYPES, max_size=4), max_size=3),
            max_size=6,
        ),
        max_size=3,
    )
)
def test_any_json_is_read_or_refused(messages: list[dict[str, Any]]) -> None:
    """Messages of any JSON are either read into text or refused as invalid input, never another error."""
    try:
        read = normalise(messages)
    except InvalidInput:
        return
    assert all(isinstance(one.text, str) and one.place < len(messages) for one in read)
