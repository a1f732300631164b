"""The arguments of the verbs: one table of what each is, for reading a request and for describing it.

The `type` is what pydantic reads of the JSON or the query; the `schema` says exactly what of that the verbs accept, which they
check themselves.
"""

from __future__ import annotations

import inspect
import json
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model

from .. import AsyncMemory
from ..errors import InvalidInput
from ..routes import HEADERS, NOT_SENT, STRUCTURED, Route
from . import schemas
from .schemas import DRAFT, ID, MOMENT, SINCE, Schema, part, several

_WHEN = "ISO 8601 with an offset, such as 2026-05-08T09:00:00Z."
_ID = "0199b8a2-6d7c-7c3e-9a54-1f2b3c4d5e6f"
_TIME = "2026-05-08T09:00:00Z"


class Argument(NamedTuple):
    """One argument: what is read, and what of that is accepted."""

    type: Any
    schema: Schema


def _told(kind: Any, about: str, schema: Schema, *examples: Any) -> Argument:
    return Argument(
        kind, {"description": about, **schema, **({"examples": list(examples)} if examples else {})}
    )


def _text(about: str, most: int = 20_000, *examples: str) -> Argument:
    return _told(str, about, schemas.text(most), *examples)


def _name(about: str, most: int, *examples: str) -> Argument:
    return _told(str, about, schemas.name(most), *examples)


def _number(about: str, least: int, most: int, example: int) -> Argument:
    schema: Schema = {"type": "integer", "minimum": least, "maximum": most}
    return _told(Annotated[int, BeforeValidator(_whole), Field(ge=least, le=most)], about, schema, example)


def _whole(value: object) -> object:
    """Return 3 for 3.0: JSON has one kind of number."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _real(about: str, least: float, most: float, example: float) -> Argument:
    schema: Schema = {"type": "number", "minimum": least, "maximum": most}
    return _told(Annotated[float, Field(ge=least, le=most)], about, schema, example)


def _unit(about: str) -> Argument:
    return _real(about, 0, 1, 0.5)


def _moment(about: str) -> Argument:
    return _told(str, f"{about} {_WHEN}", MOMENT, _TIME)


def _flag(about: str) -> Argument:
    return _told(bool, about, {"type": "boolean"}, False)


def _cursor(about: str) -> Argument:
    schema: Schema = {"type": "string", "maxLength": 32_000, "pattern": schemas.CURSOR}
    return _told(Annotated[str, Field(max_length=32_000)], about, schema)


_id = _told(str, "Id of a memory.", ID, _ID)
_SCOPE = dict[str, str | list[str]] | list[str]
_scope = _told(_SCOPE, schemas.SCOPE["description"], schemas.SCOPE, ["user"])
_item_scope = _told(_SCOPE, schemas.SCOPE["description"], schemas.ITEM_SCOPE, ["user"])
_under = _told(
    dict[str, Any],
    "Every memory that carries these labels, whatever else it carries.",
    part("ItemLabels"),
    {"user": "ada"},
)
_receipt = _told(
    str | dict[str, Any], "A kept receipt's id, or a receipt.", {"anyOf": [ID, part("Receipt")]}, _ID
)
_ids = several(ID)

# name -> argument; where a verb means something of its own by a name, (verb, name).
ARGUMENTS: Mapping[str | tuple[str, str], Argument] = {
    "id": _id,
    "text": _text("What to remember.", 20_000, "Prefers short answers"),
    "query": _text("What to look for, in plain words.", 20_000, "how long should replies be?"),
    "kind": _told(str, "Kind of memory.", DRAFT["kind"], "fact"),
    "kinds": _told(list[str], "Only these kinds.", several(DRAFT["kind"]), ["fact", "preference"]),
    "slot": _told(str, "Entity and attribute this gives the value of.", DRAFT["slot"], "server.port"),
    "value": _told(Any, "The slot's value: a JSON scalar or a small object.", DRAFT["value"], 8080),
    "tags": _told(list[str], "Tags.", DRAFT["tags"], ["ops"]),
    "metadata": _told(dict[str, Any], "Any JSON object.", DRAFT["metadata"], {"ticket": 42}),
    "importance": _unit("How much it matters, 0 to 1."),
    "confidence": _unit("How sure it is, 0 to 1."),
    "speaker": _name("Who said it.", 256, "Ada"),
    "thread": _name("The conversation it comes from.", 256, "standup"),
    "turn": _number("Its place in the conversation.", 0, 2**31, 3),
    "observed_at": _moment("When it was said or seen."),
    "valid_from": _moment("From when it is true."),
    "valid_to": _moment("Until when it is true."),
    "expires_at": _moment("When it is to be gone from every answer."),
    "changed_at": _told(str, f"When the world changed: a date, a time, or a span before now such as 7d; without it the record is corrected. {_WHEN}", SINCE, _TIME),
    ("update", "valid_to"): _told(str, f"Until when it is true: a date, a time, or a span before now such as 0s. {_WHEN}", SINCE, _TIME),
    "valid_at": _moment("What was true then."),
    "known_at": _moment("What was known then."),
    "source": _told(dict[str, Any], "Where it comes from.", DRAFT["source"], {"role": "user", "ref": "log:17"}),
    "scope": _scope,
    "under": _under,
    "reason": _name("Why; kept in the history.", 2_000, "said so in the standup"),
    "where": _told(dict[str, Any], "A filter.", part("Filter"), {"eq": {"kind": "fact"}}),
    "always": _told(dict[str, Any], "A filter: what passes it is in the text whatever is asked.", part("Filter"), {"eq": {"kind": "procedure"}}),
    "since": _told(str, f"Not before: a date, a time, or a span such as 7d. {_WHEN}", SINCE, "7d"),
    "until": _told(str, f"Not after: a date, a time, or a span such as 7d. {_WHEN}", SINCE, "1d"),
    ("changes", "since"): _cursor("Cursor to go on from: the next of the page before."),
    ("watch", "since"): _cursor("Cursor to go on from: the id of the last event."),
    "name": _name("What is worked on.", 256, "nightly-report"),
    "holder": _name("Who works on it, as others are told; the actor without it.", 256, "ci-7"),
    "ttl": _real("Seconds it lasts unless renewed; 0 with a fence gives it up.", 0, 31_622_400, 60),
    "wait": _real("Seconds to wait at most while another holds it.", 0, 60, 0),
    "fence": _number("Go on with the lease that was taken with this fence.", 1, 2**53, 3),
    "k": _number("How many.", 1, 1_000, 10),
    "budget": _number("Most tokens of the text.", 1, 1_000_000, 1024),
    "sections": _told(
        list[dict[str, Any]], "Sections in their order: heading, kinds, the most of the budget (0 to 1), whether by day.",
        several(schemas.SECTION, minItems=1), [{"title": "Known:", "kinds": ["fact", "preference"]}],
    ),
    "min_relevance": _unit("Only what is at least this relevant, 0 to 1."),
    "keep": _flag("Keep the receipt."),
    "limit": _number("Most of a page.", 1, 1_000, 100),
    "cursor": _cursor("The next of the page before."),
    "sort": _told(str, "A time or id to sort by.", schemas.choice(("known_from", "observed_at", "valid_from", "id")), "known_from"),
    "descending": _flag("The highest first."),
    "items": _told(
        list[dict[str, Any]], "Memories, each with the arguments of a save.", several(part("Draft")), [{"text": "Ada lives in Bergen"}]
    ),
    "changes": _told(dict[str, Any], "What to change, as in an update.", schemas.CHANGES, {"tags": ["old"]}),
    "dry_run": _flag("Only say what would be done."),
    "allow_erased": _flag("Take in again what was erased."),
    "ids": _told(list[str], "Ids of memories.", several(ID, minItems=2, maxItems=100, uniqueItems=True), [_ID, _ID[:-1] + "a"]),
    ("erase", "ids"): _told(str | list[str], "Ids of memories.", {"anyOf": [ID, _ids]}, [_ID]),
    "version": _number("The version to undo.", 1, 2**31, 2),
    "receipt": _receipt,
    "messages": _told(
        str | dict[str, Any] | list[Any], schemas.MESSAGES["description"], schemas.MESSAGES,
        [{"role": "user", "content": "The server is now on port 9090."}],
    ),
    "placement": _told(
        dict[str, list[str]], "Which labels a kind is saved under.", schemas.PLACEMENT, {"preference": ["user"]}
    ),
    "recalled": _told(list[str], "Ids or texts that were recalled into the prompt.", several(schemas.text()), [_ID]),
    "used": _told(list[str], "Ids of the memories that were of use.", several(ID, maxItems=1_000), [_ID]),
    "background": _flag("Return at once; a model reads it later."),
    "approve": _flag("True: commit it. False: reject it."),
    "cap": _number("Most memories to change.", 1, 1_000, 100),
    "entity": _told(str, "The entity's name.", schemas.ENTITY, "server"),
    ("rename", "to"): _told(str, "The new name.", schemas.ENTITY, "api"),
    "to": _told(str | None, "Embedding model: minilm, none, openai:NAME, ollama:NAME.", schemas.EMBEDDER, "minilm"),
    "batch": _number("Texts at a time.", 1, 10_000, 128),
    "cancel": _flag("Drop what is under way."),
    "timeout": _real("End after so many seconds without a change.", 0, 3_600, 0),
    "format": _told(str, "jsonl, or a report for a person.", schemas.choice(("jsonl", "markdown", "html")), "jsonl"),
    "set": _told(
        dict[str, Any], "A rule to put in force: its name, kind, labels and terms.", part("Rule"),
        {"name": "notes", "rule": "retention", "kind": "working", "ttl": "7d"},
    ),
    "remove": _name("Name of a rule to take out of force.", 120, "notes"),
    "check": _flag("Hold what is stored against the rules."),
    "history": _flag("Every change of a rule."),
    ("policy", "limit"): _number("Most breaches to list.", 1, 100_000, 1_000),
    ("hold", "name"): _name("Name of the hold.", 120, "case 12"),
    "release": _name("Name of a hold to end.", 120, "case 12"),
    "vectors": _flag("With the vectors of the embedding model."),
}  # fmt: skip
_OF_SEVERAL = ("review", "work")  # these only look into scopes
FILE = ("import_items", "source")  # the body, as it is
IMPORT = ("allow_erased", "dry_run")  # what goes beside it, in the query
# What null clears, of a verb that leaves alone what is not given; what else that takes refuses null. Of any other verb null is as
# good as not given.
CLEARED = frozenset({"slot", "value", "metadata", "speaker", "valid_to", "expires_at", "to"})


def read_json(text: str | bytes) -> Any:
    """Return what a JSON text says; raises `InvalidInput` for a key that is twice in an object, `ValueError` for what is no JSON.

    Of such a key the last is read elsewhere, and what stood there before is lost without a word.
    """
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _),) = Counter(key for key, _ in pairs).most_common(1)
        raise InvalidInput(twice[:60], "is there twice in one JSON object; say it once")
    return found


class Sent(NamedTuple):
    """An argument that a request carries in its JSON or query; `kept`: it is left as it is where it is not given, so null is a value."""

    argument: Argument
    required: bool
    kept: bool


def sent(route: Route) -> dict[str, Sent]:
    """Return the arguments of a route that its JSON or query carries, by name."""
    found = {}
    signature = inspect.signature(getattr(AsyncMemory, route.verb)).parameters
    for name in route.arguments:
        if name in NOT_SENT or name in HEADERS or f"{{{name}}}" in route.path or (route.verb, name) == FILE:
            continue
        default = signature[name].default
        argument = ARGUMENTS.get((route.verb, name)) or ARGUMENTS[name]
        if name == "scope" and route.right != "read" and route.verb not in _OF_SEVERAL:
            argument = _item_scope
        found[name] = Sent(argument, default is inspect.Parameter.empty, repr(default) == "UNSET")
    return found


def takes_null(name: str, one: Sent) -> bool:
    """Whether an argument of a body may be null: not where that would have to clear what it cannot."""
    return name in CLEARED if one.kept else not one.required


def in_query(route: Route) -> Mapping[str, bool]:
    """Return the arguments that a route takes in its query, by name: whether it may be there several times, for a list."""
    if route.verb == "import_items":  # its body is the file
        return dict.fromkeys(IMPORT, False)
    known = sent(route).items() if route.in_query else ()
    return {name: get_origin(one.argument.type) is list and name not in STRUCTURED for name, one in known}


def body(route: Route) -> type[BaseModel] | None:
    """Return the model of a route's JSON body: strict, and nothing beside what is named; None where it has none."""
    given: dict[str, Any] = {
        name: (one.argument.type, ...) if one.required else (one.argument.type | None, None)
        for name, one in sent(route).items()
    }
    if route.in_query or (not given and route.method == "POST"):
        return None
    named = "".join(part.capitalize() for part in route.verb.split("_"))
    made: type[BaseModel] = create_model(named, __config__=ConfigDict(strict=True, extra="forbid"), **given)
    return made
