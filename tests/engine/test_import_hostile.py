"""Files that are no export, are damaged, or are made to do harm: a clear error naming the line, and nothing of them written."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast import Memory, Scope
from holdfast.errors import Conflict, InvalidInput
from holdfast.testing import FrozenClock, HashingEmbedder
from holdfast.testing.carried import exported
from tests.engine.test_erase import chains

ADA = Scope(user="ada")
Lines = list[dict[str, Any]]


def made(vectors: bool = False) -> Lines:
    """The lines of a small export: two memories, one of two versions, a sighting, a receipt."""
    with Memory("sqlite://", embedder=HashingEmbedder(), clock=FrozenClock()) as memory:
        ada = memory.scoped(user="ada")
        item = ada.save("The port is 1", slot="server.port", value=1)
        ada.save("The port is 1", slot="server.port", value=1)
        ada.update(item.id, text="The port is 2", value=2)
        ada.save("Tea at five", kind="episode", thread="day", turn=0)
        ada.search("tea", keep=True)
        return [json.loads(line) for line in exported(memory, vectors=vectors)[0].splitlines()]


def signed(lines: list[Any]) -> bytes:
    """Lines as a file whose last one is true: what an attacker would send."""
    body = [
        one if isinstance(one, bytes) else json.dumps(one, ensure_ascii=False).encode() + b"\n"
        for one in lines[1:-1]
    ]
    end = dict(lines[-1])
    for name in ("version", "sighting", "receipt"):
        end[name + "s"] = sum(f'"type": "{name}"'.encode() in one for one in body)
    end["vectors"] = sum(b'"type": "vectors"' in one for one in body)
    end["digest"] = f"sha256:{hashlib.sha256(b''.join(body)).hexdigest()}"
    return json.dumps(lines[0]).encode() + b"\n" + b"".join(body) + json.dumps(end).encode() + b"\n"


def refused(file: bytes, match: str) -> None:
    """Assert that a file is refused with nothing of it written."""
    with Memory("sqlite://", embedder=HashingEmbedder(), clock=FrozenClock()) as memory:
        with pytest.raises((InvalidInput, Conflict), match=match):
            memory.import_items(io.BytesIO(file))
        assert memory.stats(under=Scope.shared()).versions == 0
        assert memory.scoped(user="ada").search("port") == []


FIELDS: dict[str, tuple[str, Any, str]] = {
    "a text that is none": ("text", 7, "text: must be a string"),
    "a text that is too long": ("text", "x" * 20_001, "text: is 20,001 characters"),
    "an escaped NUL": ("text", "tea\0time", "control character"),
    "half a surrogate pair": ("text", "tea", "surrogate|UTF-8"),
    "an unknown kind": ("kind", "rumour", "kind: must be one of"),
    "an unknown state": ("state", "superseded", "state: must be one of"),
    "a slot of an episode": ("slot", "a.b", "an episode tells"),
    "an id that is none": ("id", "../../etc", "id: must be"),
    "a scope of two ids": ("scope", {"user": ["ada", "bob"]}, "scope: must be"),
    "a scope that is a list": ("scope", ["user"], "scope: must be"),
    "a label that is an argument": ("scope", {"self": "x"}, "scope"),
    "a time without a zone": ("known_from", "2026-01-01T00:00:00", "known_from: has no time zone"),
    "a time to come": ("known_from", "2999-01-01T00:00:00+00:00", "lies in the future"),
    "no time": ("valid_from", None, "valid_from"),
    "a version of zero": ("version", 0, "version: must be"),
    "a version that is true": ("version", True, "version: must be"),
    "importance beyond one": ("importance", 2, "importance"),
    "metadata that is a list": ("metadata", [1], "metadata"),
    "a value that is a list": ("value", [1], "value"),
    "trust it gives itself": ("source", {"trust": "root"}, "source.trust"),
    "an unknown field": ("colour", "red", "colour.* is no field"),
    "what it closes in the future": ("closes", [5], "closes"),
    "what it reads in the future": ("reads", 5, "reads"),
    "words it does not read": ("reads", 0, "reads: is 0"),
    "a verb in two lines": ("verb", "a\nb", "verb"),
}  # fmt: skip


@pytest.mark.parametrize("case", FIELDS)
def test_a_wrong_value_is_named(case: str) -> None:
    """Each field is checked as where it was written first; the line and the field are named."""
    name, value, match = FIELDS[case]
    lines = made()
    at = next(n for n, line in enumerate(lines) if line.get("kind") == "episode")
    if case == "half a surrogate pair":
        lines[at] = json.dumps(lines[at]).replace("Tea", "\\ud800").encode() + b"\n"  # type: ignore[call-overload]
    else:
        lines[at][name] = value
    refused(signed(lines), rf"import:{at + 1}: .*({match})")


def _twice(lines: Lines) -> bytes:
    return signed([*lines[:2], {**lines[1], "text": "Another text"}, *lines[2:]])


def _beside(lines: Lines, **changes: Any) -> Lines:
    """A memory's second version takes the place of none."""
    return [{**one, **changes, "closes": []} if one.get("closes") else one for one in lines]


FILES: dict[str, tuple[Callable[[Lines], bytes], str]] = {
    "nothing": (lambda lines: b"", "import:1: is no manifest"),
    "an image": (lambda lines: b"\x89PNG\r\n\x1a\n" + bytes(99), "import:1: is no manifest"),
    "other JSON lines": (lambda lines: b'{"text": "hello"}\n' * 9, "import:1: is no manifest"),
    "a later format": (lambda lines: signed([{**lines[0], "format": "holdfast-export/2"}, *lines[1:]]), "holdfast-export/2.*reads holdfast-export/1"),
    "cut off between lines": (lambda lines: b"".join(signed(lines).splitlines(keepends=True)[:-1]), "import:7: is cut off"),
    "cut off in a line": (lambda lines: signed(lines)[:900], r"import:\d: is cut off"),
    "a changed word": (lambda lines: signed(lines).replace(b"Tea at five", b"Tea at nine"), "the digest is"),
    "a line lost": (lambda lines: b"".join(one for n, one in enumerate(signed(lines).splitlines(keepends=True)) if n != 2), "counts"),
    "more after the end": (lambda lines: signed(lines) + b"{}\n", "but more follows"),
    "a huge line": (lambda lines: signed([*lines[:2], b'{"type": "version", "text": "' + b"x" * 2**24 + b'"}\n', *lines[2:]]), "import:3: is longer than"),
    "a key twice": (lambda lines: signed([*lines[:2], json.dumps(lines[1]).replace('"kind"', '"text": "no", "kind"').encode() + b"\n", *lines[2:]]), "import:3: says one key twice"),
    "a raw NUL": (lambda lines: signed([*lines[:2], b'{"type": "version", "text": "a\0b"}\n', *lines[2:]]), "import:3: is no line of JSON"),
    "bytes that are no UTF-8": (lambda lines: signed([*lines[:2], b'{"type": "\xff"}\n', *lines[2:]]), "import:3: is no line of JSON"),
    "NaN": (lambda lines: signed([*lines[:2], b'{"type": "version", "value": NaN}\n', *lines[2:]]), "import:3: holds NaN"),
    "a list": (lambda lines: signed([*lines[:2], b"[1]\n", *lines[2:]]), "import:3: is no JSON object"),
    "an abyss": (lambda lines: signed([*lines[:2], b"[" * 100_000 + b"\n", *lines[2:]]), "import:3: is no line of JSON"),
    "an unknown type": (lambda lines: signed([*lines[:2], {"type": "wish"}, *lines[2:]]), "import:3: type: 'wish' is no type"),
    "a rule without its time": (lambda lines: signed([*lines[:2], {"type": "policy", "name": "q", "rule": "quota", "items": 1}, *lines[2:]]), "import:3: set_at"),
    "a rule of no kind": (lambda lines: signed([*lines[:2], {"type": "policy", "name": "q", "rule": "x", "set_at": "2026-01-01T12:00:00+00:00"}, *lines[2:]]), "import:3: policy.rule"),
    "an empty line": (lambda lines: signed([*lines[:2], b"\n", *lines[2:]]), "import:3: is no line of JSON"),
    "one id with two contents": (_twice, "version 1 of memory .* is not what this store has"),
    "a version without the one before": (lambda lines: signed([lines[0], *lines[3:]]), "closes version 1 of memory .* which is not open"),
    "a version beside the one before": (lambda lines: signed(_beside(lines)), "import:4: leaves version 1 of memory .* open beside it"),
    "a deletion that closes nothing": (lambda lines: signed(_beside(lines, state="deleted", valid_from="2026-01-02T12:00:00+00:00")), "import:4: leaves version 1 of memory .* open beside it"),
    "a receipt that is none": (lambda lines: signed([*lines[:-2], {**lines[-2], "receipt": {"id": 1}}, lines[-1]]), "receipt: is no receipt"),
    "a receipt of weights that are none": (lambda lines: signed([*lines[:-2], {**lines[-2], "receipt": {**lines[-2]["receipt"], "weights": 3}}, lines[-1]]), "receipt"),
    "a receipt of rows that are none": (lambda lines: signed([*lines[:-2], {**lines[-2], "receipt": {**lines[-2]["receipt"], "rows": [[]]}}, lines[-1]]), "receipt"),
    "sightings of nothing": (lambda lines: signed([*lines[:2], {**lines[2], "id": lines[1]["id"].replace("7", "8")}, *lines[3:]]), "import:3: is a sighting or use of memory .*, which is not there"),
    "sightings without number": (lambda lines: signed([*lines[:2], {**lines[2], "times": -1}, *lines[3:]]), "import:3: times"),
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_bad_file_is_refused_whole(case: str) -> None:
    """Whatever is wrong with it, and wherever."""
    build, match = FILES[case]
    refused(build(made()), match)


def _row(scale: float, steps: list[int]) -> str:
    packed = np.float32(scale).tobytes() + np.array(steps, np.int8).tobytes()
    return base64.b64encode(packed).decode()


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"whole": _row(float("nan"), [1] * 64)}, "no vector of length 1"),
        ({"whole": _row(9.0, [127] * 64)}, "no vector of length 1"),
        ({"whole": "****"}, "base64"),
        ({"whole": ""}, "do not add up"),
        ({"sentences": _row(1.0, [1] * 3)}, "do not add up"),
        ({"version": 9}, "right behind the version"),
        ({"model": 3}, "model"),
    ],
)
def test_vectors_that_would_break_a_search(change: dict[str, Any], match: str) -> None:
    """Rows that are no vectors, or of another version, are refused."""
    lines = made(vectors=True)
    at = next(n for n, line in enumerate(lines) if line["type"] == "vectors")
    lines[at] |= change
    refused(signed(lines), rf"import:{at + 1}: .*{match}")


def test_vectors_of_another_length_are_not_taken() -> None:
    """A file that says its vectors are of this store's model, and has them shorter, is embedded anew."""
    lines = made(vectors=True)
    for line in lines:
        if line["type"] == "vectors":
            line["whole"] = _row(1.0, [1])
            line.pop("sentences", None)
    with Memory("sqlite://", embedder=HashingEmbedder(), clock=FrozenClock()) as memory:
        memory.import_items(io.BytesIO(signed(lines)))
        assert memory.scoped(user="ada").search("port")[0].text == "The port is 2"


def test_one_bad_line_in_the_middle_of_many() -> None:
    """Found before anything is written; what only the store can see ends with whole transactions, and says how far it came."""
    clock = FrozenClock()
    with (
        Memory("sqlite://", embedder=None, clock=clock) as memory,
        Memory("sqlite://", embedder=None, clock=clock) as other,
    ):
        for n in range(5):
            clock.advance(minutes=1)
            memory.scoped(user="ada").save_many(
                [{"text": f"note {n} {m}", "kind": "episode"} for m in range(700)]
            )
        lines = [json.loads(line) for line in exported(memory)[0].splitlines()]
        broken = [*lines[:2_000], {**lines[2_000], "turn": -1}, *lines[2_001:]]
        with pytest.raises(InvalidInput, match=r"^import:2001: turn: .*"):
            other.import_items(io.BytesIO(signed(broken)))
        assert other.stats(under=Scope.shared()).versions == 0
        broken = [*lines[:2_000], {**lines[2_000], "version": 2, "closes": [1]}, *lines[2_001:]]
        with pytest.raises(
            InvalidInput, match=r"^import:2001: closes version 1 .*; 1,400 versions before it are here"
        ):
            other.import_items(io.BytesIO(signed(broken)))
        assert other.stats(under=Scope.shared()).versions == 1_400
        assert other.import_items(io.BytesIO(signed(lines))).versions == 2_100
        assert chains(other, ADA) == [[]]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_damage_is_an_error_or_nothing(data: st.DataObject) -> None:
    """Bytes changed, lines swapped, left out or doubled, with a digest that fits: an error of ours, or a store that works."""
    lines: list[Any] = [json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in _SMALL]
    body = lines[1:-1]
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(body) - 1))
        what = data.draw(st.sampled_from(["byte", "swap", "drop", "double", "field"]))
        if what == "byte" and body[at]:
            place = data.draw(st.integers(0, len(body[at]) - 1))
            body[at] = body[at][:place] + data.draw(st.binary(max_size=3)) + body[at][place + 1 :]
        elif what == "swap":
            body[at], body[0] = body[0], body[at]
        elif what == "drop" and len(body) > 1:
            del body[at]
        elif what == "double":
            body.insert(at, body[at])
        elif what == "field":
            with_field = json.loads(lines[1:-1][at % len(lines[1:-1])])
            name = data.draw(st.sampled_from(sorted(with_field)))
            with_field[name] = data.draw(_ANYTHING)
            body[at] = json.dumps(with_field).encode() + b"\n"
    with Memory("sqlite://", embedder=HashingEmbedder(), clock=FrozenClock()) as memory:
        with contextlib.suppress(InvalidInput, Conflict):
            memory.import_items(io.BytesIO(signed([_SMALL[0], *body, _SMALL[-1]])))
        ada = memory.scoped(user="ada")
        ada.search("port tea", k=50)
        ada.list(limit=1_000)
        ada.save("It goes on", slot="server.port", value=3)
        assert exported(memory)[1].versions >= 1
        assert chains(memory, ADA) == [[]]


_SMALL = made(vectors=True)
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.sampled_from([1, 2, "active", "pending", "2026-01-01T12:00:00+00:00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip
