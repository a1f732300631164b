"""The arguments of the verbs as pydantic types: one table for the bodies, the queries and the OpenAPI description.

The types here say what JSON a request may hold; what the values mean is checked by the verbs themselves.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from .. import AsyncMemory
from ..routes import HEADERS, NOT_SENT, Route

_WHEN = "ISO 8601 with an offset, such as 2026-05-08T09:00:00Z."
_ID = "0199b8a2-6d7c-7c3e-9a54-1f2b3c4d5e6f"


def _text(about: str, most: int = 20_000, example: Any = None, least: int = 1) -> Any:
    return Annotated[
        str, Field(description=about, min_length=least, max_length=most, examples=_shown(example))
    ]


def _shown(example: Any) -> list[Any] | None:
    return None if example is None else [example]


def _number(about: str, least: int, most: int, example: int) -> Any:
    return Annotated[int, Field(description=about, ge=least, le=most, examples=[example])]


def _unit(about: str) -> Any:
    return Annotated[float, Field(description=about, ge=0, le=1, examples=[0.5])]


def _moment(about: str) -> Any:
    return Annotated[
        str,
        Field(
            description=f"{about} {_WHEN}",
            examples=["2026-05-08T09:00:00Z"],
            json_schema_extra={"format": "date-time"},
        ),
    ]


def _flag(about: str) -> Any:
    return Annotated[bool, Field(description=about, examples=[False])]


def _object(about: str, example: dict[str, Any]) -> Any:
    return Annotated[dict[str, Any], Field(description=about, examples=[example])]


def _strings(about: str, example: list[str]) -> Any:
    return Annotated[list[str], Field(description=about, examples=[example])]


_id = Annotated[str, Field(description="Id of a memory.", min_length=1, max_length=64, examples=[_ID])]
_scope = Annotated[
    dict[str, str | list[str]] | list[str],
    Field(
        description='Which scope: labels with ids, or the names of labels that this caller holds, such as ["team"]; {} is the shared one.',
        examples=[["user"]],
    ),
]
_under = _object("Every memory that carries these labels, whatever else it carries.", {"user": "ada"})
_kind = Annotated[
    str,
    Field(
        description="Kind of memory.",
        pattern="^(fact|preference|episode|procedure|working)$",
        examples=["fact"],
    ),
]
_receipt = Annotated[
    str | dict[str, Any], Field(description="A kept receipt's id, or a receipt.", examples=[_ID])
]

# name -> type; where a verb means something of its own by a name, (verb, name).
TYPES: Mapping[str | tuple[str, str], Any] = {
    "id": _id,
    "text": _text("What to remember.", example="Prefers short answers"),
    "query": _text("What to look for, in plain words.", example="how long should replies be?"),
    "kind": _kind,
    "kinds": Annotated[list[_kind], Field(description="Only these kinds.", examples=[["fact", "preference"]])],
    "slot": _text("Entity and attribute this gives the value of.", 256, "server.port"),
    "value": Annotated[Any, Field(description="The slot's value: a JSON scalar or a small object.", examples=[8080])],
    "tags": _strings("Tags.", ["ops"]),
    "metadata": _object("Any JSON object.", {"ticket": 42}),
    "importance": _unit("How much it matters, 0 to 1."),
    "confidence": _unit("How sure it is, 0 to 1."),
    "speaker": _text("Who said it.", 256, "Ada"),
    "thread": _text("The conversation it comes from.", 256, "standup"),
    "turn": _number("Its place in the conversation.", 0, 2**31, 3),
    "observed_at": _moment("When it was said or seen."),
    "valid_from": _moment("From when it is true."),
    "valid_to": _moment("Until when it is true."),
    "expires_at": _moment("When it is to be gone from every answer."),
    "changed_at": _moment("When the world changed; without it the record is corrected."),
    "valid_at": _moment("What was true then."),
    "known_at": _moment("What was known then."),
    "source": _object("Where it comes from.", {"role": "user", "ref": "log:17"}),
    "scope": _scope,
    "under": _under,
    "reason": _text("Why; kept in the history.", 2_000, "said so in the standup"),
    "where": _object("A filter.", {"eq": {"kind": "fact"}}),
    "since": Annotated[str, Field(description=f"Not before: a date, a time, or a span such as 7d. {_WHEN}", examples=["7d"])],
    "until": Annotated[str, Field(description=f"Not after: a date, a time, or a span such as 7d. {_WHEN}", examples=["1d"])],
    ("changes", "since"): _text("Cursor to go on from: the next of the page before.", 32_000),
    ("watch", "since"): _text("Cursor to go on from: the id of the last event.", 32_000),
    "name": _text("What is worked on.", 256, "nightly-report"),
    "holder": _text("Who works on it, as others are told; the actor without it.", 256, "ci-7"),
    "ttl": Annotated[float, Field(description="Seconds it lasts unless renewed; 0 with a fence gives it up.", ge=0, le=31_622_400, examples=[60])],
    "wait": Annotated[float, Field(description="Seconds to wait at most while another holds it.", ge=0, le=60, examples=[0])],
    "fence": _number("Go on with the lease that was taken with this fence.", 1, 2**53, 3),
    "k": _number("How many.", 1, 1_000, 10),
    "budget": _number("Most tokens of the text.", 1, 1_000_000, 1024),
    "sections": _strings("Sections in their order.", ["state", "facts", "episodes"]),
    "min_relevance": _unit("Only what is at least this relevant, 0 to 1."),
    "keep": _flag("Keep the receipt."),
    "limit": _number("Most of a page.", 1, 1_000, 100),
    "cursor": _text("The next of the page before.", 32_000),
    "sort": _text("A time or id to sort by.", 64, "known_from"),
    "descending": _flag("The highest first."),
    "items": Annotated[
        list[dict[str, Any]], Field(description="Memories, each with the arguments of a save.", examples=[[{"text": "Ada lives in Bergen"}]])
    ],
    "changes": _object("What to change, as in an update.", {"tags": ["old"]}),
    "dry_run": _flag("Only say what would be done."),
    "allow_erased": _flag("Take in again what was erased."),
    "ids": Annotated[list[_id], Field(description="Ids of memories.", examples=[[_ID]])],
    ("erase", "ids"): Annotated[str | list[_id], Field(description="Ids of memories.", examples=[[_ID]])],
    "version": _number("The version to undo.", 1, 2**31, 2),
    "receipt": _receipt,
    "messages": Annotated[
        str | dict[str, Any] | list[Any],
        Field(description="What was said, in the OpenAI or Anthropic shape.", examples=[[{"role": "user", "content": "The server is now on port 9090."}]]),
    ],
    "placement": _object("Which labels a kind is saved under.", {"preference": ["user"]}),
    "recalled": _strings("Ids or texts that were recalled into the prompt.", [_ID]),
    "used": _strings("Ids of the memories that were of use.", [_ID]),
    "background": _flag("Return at once; a model reads it later."),
    "approve": _flag("True: commit it. False: reject it."),
    "cap": _number("Most memories to change.", 1, 10_000, 100),
    "entity": _text("The entity's name.", 256, "server"),
    ("rename", "to"): _text("The new name.", 256, "api"),
    "to": Annotated[str | None, Field(description="Embedding model: minilm, none, openai:NAME.", examples=["minilm"])],
    "batch": _number("Texts at a time.", 1, 10_000, 128),
    "cancel": _flag("Drop what is under way."),
    "timeout": Annotated[float, Field(description="End after so many seconds without a change.", ge=0, le=3_600, examples=[30])],
    "format": Annotated[str, Field(description="jsonl, or a report for a person.", pattern="^(jsonl|markdown|html)$", examples=["jsonl"])],
    "set": _object("A rule to put in force: its name, kind, labels and terms.", {"name": "notes", "rule": "retention", "kind": "working", "ttl": "7d"}),
    "remove": _text("Name of a rule to take out of force.", 120, "notes"),
    "check": _flag("Hold what is stored against the rules."),
    "history": _flag("Every change of a rule."),
    ("policy", "limit"): _number("Most breaches to list.", 1, 100_000, 1_000),
    ("hold", "name"): _text("Name of the hold.", 120, "case 12"),
    "release": _text("Name of a hold to end.", 120, "case 12"),
    "vectors": _flag("With the vectors of the embedding model."),
}  # fmt: skip


def sent(route: Route) -> dict[str, tuple[Any, bool]]:
    """Return the arguments of a route that its JSON or query carries: name -> (type, whether it must be there)."""
    found = {}
    signature = inspect.signature(getattr(AsyncMemory, route.verb)).parameters
    for name in route.arguments:
        if name in NOT_SENT or name in HEADERS or f"{{{name}}}" in route.path:
            continue
        kind = TYPES.get((route.verb, name), TYPES.get(name))
        required = signature[name].default is inspect.Parameter.empty
        # None is a value of an argument whose default is None, or which is left as it is when not given.
        nothing = signature[name].default is None or repr(signature[name].default) == "UNSET"
        found[name] = (kind | None if nothing and not required and kind is not Any else kind, required)
    return found


def body(route: Route) -> type[BaseModel] | None:
    """Return the model of a route's JSON body: strict, and nothing beside what is named; None where it has none."""
    given: dict[str, Any] = {
        name: (kind, ... if required else None) for name, (kind, required) in sent(route).items()
    }
    if route.in_query or (not given and route.method == "POST"):
        return None
    named = "".join(part.capitalize() for part in route.verb.split("_"))
    made: type[BaseModel] = create_model(named, __config__=ConfigDict(strict=True, extra="forbid"), **given)
    return made
