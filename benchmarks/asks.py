"""What a context brings up when an agent is asked to do something: `python -m benchmarks.asks`.

Eight made-up people with 28 notes each (benchmarks/asks.jsonl), 22 things each asks an agent to do or tell, with the notes that a good
assistant would want in its prompt, and 10 that none of the notes helps with. In three of five the ask and the note share no content word.
Counted is for how many asks a note that is needed is in the context, with the usual budget and cut, and how many notes are shown. One
number of `engine/packing.py` was chosen by this set.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import _common
from benchmarks._common import Remembering
from holdfast import Memory

PEOPLE = Path(__file__).parent / "asks.jsonl"


def people() -> list[dict[str, Any]]:
    """Return the people: their notes, their asks, and the others."""
    return [json.loads(line) for line in PEOPLE.read_text(encoding="utf-8").splitlines()]


def run(model: bool) -> dict[str, float]:
    """Return shares of asks, and notes shown."""
    asked = other = needed = within = shown = noise = quiet = 0
    with tempfile.TemporaryDirectory() as folder:
        memory = Memory(f"sqlite:///{folder}/asks.db", embedder=Remembering() if model else None)
        for n, person in enumerate(people()):
            own = memory.scoped(user=f"u{n}")
            own.save_many([{"text": note} for note in person["notes"]])
            for one in person["asks"]:
                wanted = [person["notes"][at] for at in one["needs"]]
                made = own.context(one["ask"])
                asked, shown = asked + 1, shown + len(made.ids)
                needed += any(note in made.text for note in wanted)
                within += any(hit.item.text in wanted for hit in own.search(one["ask"], k=5))
            for ask in person["other"]:
                made = own.context(ask)
                other, noise, quiet = other + 1, noise + len(made.ids), quiet + (not made.ids)
        memory.close()
    return {
        "asks": asked, "needed in the context": needed / asked, "needed among the five best hits": within / asked,
        "notes shown": shown / asked, "others": other, "others with nothing shown": quiet / other, "notes shown for others": noise / other,
    }  # fmt: skip


def main() -> None:
    """Print the table and save it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.asks", description=__doc__)
    parser.add_argument("--no-model", action="store_true", help="without an embedding model")
    given = parser.parse_args()
    found = run(not given.no_model)
    _common.show("What an agent is asked to do", ("what", "is"), list(found.items()))
    _common.save("asks-no-model" if given.no_model else "asks", found)


if __name__ == "__main__":
    main()
