"""Files for `import_items`: our JSON Lines as they are, and with the last line made true, which is what an attacker would send."""

from __future__ import annotations

import functools
import hashlib
import io
import json
from typing import Any

from hypothesis import strategies as st

from fuzz.doors import anything, held, loaded, opened, refusing, scalars
from holdfast import Scope
from holdfast.errors import HoldfastError


@functools.cache
def _exported() -> bytes:
    """A small export with a line of every type."""
    with opened() as memory:
        ada = memory.scoped(user="ada", actor="bot")
        item = ada.save("The port is 1", slot="server.port", value=1, tags=["x"])
        ada.save("The port is 1", slot="server.port", value=1)
        ada.update(item.id, text="The port is 2", value=2)
        ada.save("Tea at five", kind="episode", thread="day", turn=0, metadata={"n": {"m": [1, None]}})
        ada.delete(ada.save("Gone again").id)
        memory.scoped(user="bob").save("The port is 3", slot="server.port", value={"a": 3})
        ada.search("tea", keep=True)
        file = io.BytesIO()
        memory.export(file, under=Scope.shared(), vectors=True)
        return file.getvalue()


SEEDS = [
    _exported(),
    b"".join(line for line in _exported().splitlines(True) if b'"vectors"' not in line[:30]),
]


def signed(given: bytes) -> bytes:
    """Return lines with an end that counts and adds up what stands before it."""
    first, *body = given.splitlines(True) or [b""]
    body = [one for one in body if not one.startswith(b'{"type": "end"')]
    body = [one if one.endswith(b"\n") else one + b"\n" for one in body]
    types = [line.get("type") for line in map(loaded, body) if isinstance(line, dict)]
    end: dict[str, Any] = {"type": "end"} | {
        f"{one}s": types.count(one) for one in ("version", "sighting", "use", "receipt")
    }
    end |= {"vectors": types.count("vectors"), "digest": f"sha256:{hashlib.sha256(b''.join(body)).hexdigest()}"}  # fmt: skip
    return first + b"".join(body) + json.dumps(end).encode() + b"\n"


def check(given: bytes) -> None:
    """Import the file as it is and signed; refused means nothing written, and what was taken can be read, searched and exported."""
    for file in (given, signed(given)):
        with opened() as memory, refusing():
            before = held(memory)
            try:
                memory.import_items(io.BytesIO(file))
            except HoldfastError as error:
                # What only the store can see ends with whole transactions, and the error says how far it came.
                if " versions before it are here" not in str(error):
                    assert held(memory) == before, "refused, and yet something was written"
                elif held(memory) == before:
                    assert "0 versions before it are here" in str(error)
            ada = memory.scoped(user="ada")
            ada.search("port tea", k=50)
            for item in memory.list(under=Scope.shared(), limit=1_000).items:
                memory.history(item.id, under=Scope.shared())
            lines = held(memory)[0]
            with opened() as other:
                other.import_items(io.BytesIO(lines))
                assert held(other)[0] == lines, "an export of what was imported is another one"


def inputs() -> st.SearchStrategy[bytes]:
    """A true export with fields changed, lines dropped, doubled and swapped, bytes exchanged."""
    lines = [json.loads(line) for line in _exported().splitlines()]
    fields = sorted({name for line in lines for name in line})
    ids = sorted({line["id"] for line in lines if "id" in line})
    known = [
        "active",
        "deleted",
        "pending",
        "rejected",
        "2026-01-01T12:00:00+00:00",
        {"user": "ada"},
        1,
        2,
        [1],
        *ids,
    ]

    @st.composite
    def damaged(draw: st.DrawFn) -> bytes:
        made = [dict(line) for line in lines]
        for _ in range(draw(st.integers(1, 4))):
            at = draw(st.integers(0, len(made) - 1))
            what = draw(st.sampled_from(["field", "field", "field", "drop", "double", "swap", "without"]))
            if what == "field":
                made[at][draw(st.sampled_from(fields))] = draw(
                    st.one_of(st.sampled_from(known), scalars, anything)
                )
            elif what == "drop" and len(made) > 1:
                del made[at]
            elif what == "double":
                made.insert(draw(st.integers(0, len(made))), dict(made[at]))
            elif what == "swap":
                made[at], made[0] = made[0], made[at]
            elif made[at]:
                made[at].pop(draw(st.sampled_from(sorted(made[at]))))
        file = b"".join(json.dumps(line).encode() + b"\n" for line in made)
        if draw(st.integers(0, 5)) == 0:
            place = draw(st.integers(0, len(file)))
            file = file[:place] + draw(st.binary(max_size=4)) + file[place + 1 :]
        return file

    return damaged()
