"""Conversations and notes as memories: JSONL messages, ChatGPT and Claude exports, Markdown and plain text.

`read` gives the arguments of `save_many` for each message or passage; `ingest` hands those that are not there yet to
`observe`, or saves them raw. The formats, and what makes twice the same as once, are described in docs/ingest.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from .. import Draft, Memory, Scope, ScopedMemory
from ..errors import InvalidInput
from ..filters import And, Contains, In
from ..judgements import ERASED, OUTCOMES, Judgement
from ..types import STATES, cleaned

BATCH = 256  # one transaction; what an interruption costs at most
MOST_CHARACTERS = 20_000  # of one memory
PASSAGE = 1_200  # notes are cut at the paragraph that would go beyond this
MARKDOWN = frozenset({".md", ".markdown", ".mdx"})
NOTES = MARKDOWN | {".txt", ".text", ".rst"}
TEXTS, NAMES = ("content", "text", "message"), ("role", "speaker", "sender", "from")
TIMES = ("time", "timestamp", "created_at", "create_time", "date", "ts", "observed_at")
THREADS = ("thread", "thread_id", "conversation", "conversation_id", "session", "session_id", "channel")
IDS = ("id", "uuid", "message_id")
# What a role may be trusted with; whatever else spoke came from outside.
TRUST = {"user": "user", "human": "user", "assistant": "model", "model": "model", "ai": "model", "tool": "tool", "function": "tool"}  # fmt: skip

_JSON_LIKE = re.compile(rb"\s*(\[\s*[\[{\]]|\{\s*[\"}])")
_WRAPPED = re.compile(rb'\{\s*"(conversations|messages)"\s*:\s*\[')
_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_SUFFIXES = {".jsonl", ".ndjson"}
# ChatGPT parts its exports: conversations-000.json, conversations-001.json and so on.
_PART = re.compile(r"conversations(-\d+)?\.json")

OnBad = Callable[[InvalidInput], None]
OnCount = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Message:
    """One message or passage as a source has it, before it is cleaned and, if it is long, split."""

    text: str
    thread: str
    ref: str
    role: str | None = None
    speaker: str | None = None
    time: Any = None
    id: str | None = None
    metadata: Mapping[str, Any] | None = None
    trust: str | None = None


@dataclass(slots=True)
class Report:
    """What an ingest did: memories read, saved, skipped because they were there or were erased; messages without text; bad ones.

    `outcomes` counts what became of what was read out of them (see `Judgement`), `reasons` why candidates were skipped;
    `queued` says that a language model has yet to read some of them.
    """

    read: int = 0
    saved: int = 0
    skipped: int = 0
    erased: int = 0
    empty: int = 0
    bad: int = 0
    seconds: float = 0.0
    dry_run: bool = False
    queued: bool = False
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, judgements: Iterable[Judgement]) -> None:
        """Count what became of candidates, and the messages that were left out since they were erased."""
        for one in judgements:
            if one.outcome == "skipped" and one.reason == ERASED:
                self.erased += 1
                continue
            self.outcomes[one.outcome] += 1
            if one.outcome == "skipped":
                self.reasons[one.reason] += 1

    @property
    def rate(self) -> float:
        """Memories read per second."""
        return self.read / self.seconds if self.seconds else 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        names = ("read", "saved", "skipped", "erased", "empty", "bad", "dry_run")
        counts = {name: getattr(self, name) for name in names}
        judged = {name: self.outcomes[name] for name in OUTCOMES if self.outcomes[name]}
        counts |= {"outcomes": judged, "reasons": dict(self.reasons.most_common()), "queued": self.queued}
        return counts | {"seconds": round(self.seconds, 3), "per_second": round(self.rate, 1)}

    def __str__(self) -> str:
        done = "would be saved" if self.dry_run else "saved"
        parts = [f"{self.read:,} read", f"{self.saved:,} {done}", f"{self.skipped:,} there already"]
        parts += [f"{self.erased:,} erased before and left out"] if self.erased else []
        parts += [f"{self.empty:,} without text"] if self.empty else []
        parts += [f"{self.bad:,} bad and left out"] if self.bad else []
        found = [f"{self.outcomes[name]:,} {name}" for name in OUTCOMES if self.outcomes[name]]
        if self.reasons:
            found[-1] += f" ({', '.join(f'{count:,} {why}' for why, count in self.reasons.most_common())})"
        told = ", ".join(parts) + (f"; read out of them: {', '.join(found)}" if found else "")
        return told + ("; a language model has yet to read the rest (holdfast work)" if self.queued else "")


def read(
    path: str | Path, *, on_bad: OnBad | None = None, on_bytes: OnCount | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the arguments of `save_many` for each message or passage of a file or folder, in order.

    The format is told by the content. Line-based files are streamed; an export is read whole. `on_bad` gets the error of
    each message that cannot be read, which is then left out; without it the error is raised. `on_bytes` gets the size
    of each piece of input as it is read. Raises `InvalidInput` naming file and line.
    """
    yield from _Reader(Report(), on_bad, on_bytes).path(Path(path))


def ingest(
    memory: Memory | ScopedMemory,
    path: str | Path,
    *,
    scope: Scope,
    raw: bool = False,
    report: Report | None = None,
    on_bad: OnBad | None = None,
    on_bytes: OnCount | None = None,
    on_saved: OnCount | None = None,
) -> Report:
    """Observe every message or passage of `path` that is not in `scope` yet, and return what was done.

    Each is kept as an episode, and what the rules read out of it is judged, as of the time it was said; both are written in one
    transaction of at most 256 messages. A language model, where there is one, reads the rest in the background. `raw` saves the
    episodes alone, as they are written. What is there is told by `source.ref`, deleted memories included, so a rerun saves only what is new and goes on where
    an interrupted one stopped; what was saved before the interruption stays. `report` is kept up to date on the way and
    says whether it is a dry run, which reads nothing out of the messages. A message that was erased stays out, and is
    counted. Callbacks as in `read`; `on_saved` gets the count of memories dealt with so far.
    """
    done = Report() if report is None else report
    started = time.perf_counter()
    there = _There(memory, scope)
    try:
        for batch in _batches(_Reader(done, on_bad, on_bytes).path(Path(path))):
            fresh, before = there.without(batch), done.erased
            if fresh and not done.dry_run:
                _keep(memory, fresh, scope, raw, done)
            there.add(fresh)
            done.read += len(batch)
            done.saved += len(fresh) - (done.erased - before)
            done.skipped += len(batch) - len(fresh)
            done.seconds = time.perf_counter() - started
            if on_saved is not None:
                on_saved(done.read)
    finally:
        done.seconds = time.perf_counter() - started
    return done


def _keep(
    memory: Memory | ScopedMemory, fresh: Sequence[dict[str, Any]], scope: Scope, raw: bool, report: Report
) -> None:
    """Write one batch, and count what was left out or read out of it."""
    if raw:
        gone: list[int] = []
        memory.save_many(({**one, "scope": scope} for one in fresh), on_erased=gone.append)
        report.erased += len(gone)
    else:
        drafts = [Draft.of(one) for one in fresh]
        seen = memory.observe(drafts, scope=scope, background=True)
        report.add(seen.judgements)
        report.queued = report.queued or seen.queued is not None


def size_of(path: Path) -> int:
    """Return how many bytes `read` will read."""
    return sum(file.stat().st_size for file in _files(path) if file.is_file())


class _There:
    """Which messages a scope has already, loaded for a source when it first comes up."""

    def __init__(self, memory: Memory | ScopedMemory, scope: Scope) -> None:
        self._memory, self._scope = memory, scope
        self._refs: set[str] = set()
        self._loaded: set[str] = set()

    def without(self, batch: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the messages of a batch that are new, each once."""
        fresh: dict[str, dict[str, Any]] = {}
        for one in batch:
            ref = one["source"]["ref"]
            self._load(_source(ref))
            if ref not in self._refs:
                fresh.setdefault(ref, one)
        return list(fresh.values())

    def add(self, saved: Iterable[dict[str, Any]]) -> None:
        """Remember what was saved."""
        self._refs.update(one["source"]["ref"] for one in saved)

    def _load(self, source: str) -> None:
        if source in self._loaded:
            return
        self._loaded.add(source)
        # Naming every state lists deleted memories too: what somebody deleted must not come back by a rerun.
        where, cursor = And(Contains("source.ref", source), In("state", STATES)), None
        while True:
            page = self._memory.list(where=where, scope=self._scope, sort="id", limit=1_000, cursor=cursor)
            self._refs.update(item.source.ref for item in page.items if item.source.ref)
            cursor = page.next
            if cursor is None:
                return


def _batches(messages: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield full batches; what was read before an error is yielded before it is raised."""
    while True:
        batch: list[dict[str, Any]] = []
        try:
            for message in islice(messages, BATCH):
                batch.append(message)  # noqa: PERF402 - what came before an error is kept
        except InvalidInput:
            if batch:
                yield batch
            raise
        if not batch:
            return
        yield batch


class _Reader:
    """Reads every format into one shape, and says where a message stood that cannot be read."""

    def __init__(self, report: Report, on_bad: OnBad | None, on_bytes: OnCount | None) -> None:
        self._report, self._on_bad, self._on_bytes = report, on_bad, on_bytes
        self._turns: dict[str, int] = {}

    def path(self, path: Path) -> Iterator[dict[str, Any]]:
        """Yield what a file or a folder holds."""
        base = path if path.is_dir() else path.parent
        files = _files(path)
        if not files and any(not one.name.startswith(".") for one in path.iterdir()):
            self._bad(
                str(path),
                "holds no notes (.md, .txt, .rst), logs (.jsonl) or conversations.json; name one file of it",
            )
        parts = len(files) > 1 and all(_PART.fullmatch(file.name) for file in files)
        for group in [files] if parts else [[file] for file in files]:
            broken = next((file for file in group if not file.is_file()), None)
            if broken is not None:
                self._bad(
                    str(broken), "is no file: a broken link, or a pipe, which must be saved to a file first"
                )
                continue
            named = [(file, file.relative_to(base).as_posix()) for file in group]
            try:
                yield from self._whole(*named) if parts else self._file(*named[0])
            except OSError as error:
                self._bad(str(error.filename or group[0]), f"cannot be read: {error.strerror}")

    def _file(self, file: Path, name: str) -> Iterator[dict[str, Any]]:
        with file.open("rb") as opened:
            head = opened.read(65_536).removeprefix(b"\xef\xbb\xbf")
        suffix = file.suffix.lower()
        if suffix in _SUFFIXES:
            yield from self._lines(file, name)
        elif suffix not in NOTES and (suffix == ".json" or _JSON_LIKE.match(head)):
            yield from self._lines(file, name) if _starts_with_lines(head) else self._whole((file, name))
        elif b"\0" in head:
            self._bad(name, "is neither text in UTF-8 nor JSON")
        else:
            yield from self._notes(file, name, suffix in MARKDOWN)

    # -- JSON ----------------------------------------------------------------------------------------------------

    def _lines(self, file: Path, name: str) -> Iterator[dict[str, Any]]:
        """Yield the messages of a file with one JSON object a line."""
        origin = ""
        with file.open("rb") as opened:
            for number, line in enumerate(opened, 1):
                self._moved(len(line))
                line = line.removeprefix(b"\xef\xbb\xbf").strip()
                if not line:
                    continue
                origin = origin or _digest(line)
                where, ref = f"{name}:{number}", f"jsonl:{origin}#{number}-{_digest(line)}"
                found = self._parsed(where, line)
                inner = _listed(found)
                if inner is not None:  # a line that is a conversation of its own
                    thread = _string(found, THREADS) or f"{Path(name).stem}:{number}"
                    for n, one in enumerate(inner, 1):
                        yield from self._entry(f"{where}, entry {n}", one, thread, f"{ref}.{n}")
                elif found is not None:
                    yield from self._entry(where, found, Path(name).stem, ref)

    def _parsed(self, where: str, text: bytes) -> Any:
        """Return a JSON object or list, or None for what is none and was told."""
        try:
            found = json.loads(text.decode("utf-8"))
        except UnicodeDecodeError as error:
            self._bad(where, f"is not UTF-8: {error.reason} at byte {error.start}")
        except (ValueError, RecursionError) as error:
            self._bad(where, f"is not JSON: {error}")
        else:
            if isinstance(found, dict | list):
                return found
            self._bad(where, "is JSON, but no object")
        return None

    def _whole(self, *parts: tuple[Path, str]) -> Iterator[dict[str, Any]]:
        """Yield the messages of one JSON document, or of an export in parts: conversations, one conversation, or a list of messages."""
        entries: list[tuple[str, int, Any, str]] = []
        for file, name in parts:
            text = file.read_bytes()
            self._moved(len(text))
            found = self._parsed(name, text.removeprefix(b"\xef\xbb\xbf"))
            inner = _listed(found)
            if inner is None:
                inner = [found] if isinstance(found, dict) else found or []
            origin = ""
            for number, one in enumerate(inner, 1):
                digest = _digest(json.dumps(one, sort_keys=True).encode("utf-8", "surrogatepass"))
                origin = origin or digest
                entries.append((name, number, one, f"json:{origin}#{number}-{digest}"))
        # An export has the latest conversation first; what was taken back must come after it was said.
        for name, number, one, ref in sorted(entries, key=lambda entry: _begun(entry[2])):
            yield from self._entry(f"{name}, entry {number}", one, Path(name).stem, ref)

    def _entry(self, where: str, found: Any, thread: str, ref: str) -> Iterator[dict[str, Any]]:
        """Yield what one JSON object holds: the messages of a conversation, or a message."""
        if _is_conversation(found):
            yield from self._conversation(where, found)
        else:
            yield from self._made(where, partial(_message, found, thread, ref))

    def _conversation(self, where: str, found: dict[str, Any]) -> Iterator[dict[str, Any]]:
        messages = _chatgpt if isinstance(found.get("mapping"), dict) else _claude
        for number, make in enumerate(messages(found), 1):
            yield from self._made(f"{where}, message {number}", make)

    # -- text ----------------------------------------------------------------------------------------------------

    def _notes(self, file: Path, name: str, markdown: bool) -> Iterator[dict[str, Any]]:
        """Yield the passages of a file of notes: one thread, dated by the file's last change."""
        changed = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        times_seen: dict[str, int] = {}
        for number, heading, passage in _passages(self._decoded(file, name), markdown):
            digest = _digest(passage.encode("utf-8"))
            nth = times_seen[digest] = times_seen.get(digest, 0) + 1
            ref = f"notes:{name}#{digest}" + (f"~{nth}" if nth > 1 else "")
            about = {"heading": heading} if heading else {}
            message = Message(passage, name, ref, time=changed, metadata=about, trust="external")
            yield from self._made(f"{name}:{number}", partial(_itself, message))

    def _decoded(self, file: Path, name: str) -> Iterator[tuple[int, str]]:
        with file.open("rb") as opened:
            for number, line in enumerate(opened, 1):
                self._moved(len(line))
                try:
                    text = line.decode("utf-8-sig" if number == 1 else "utf-8")
                except UnicodeDecodeError as error:
                    self._bad(f"{name}:{number}", f"is not UTF-8: {error.reason} at byte {error.start}")
                    continue
                yield number, cleaned(text.replace("\r\n", "\n").rstrip("\n"))

    # -- shared --------------------------------------------------------------------------------------------------

    def _made(self, where: str, make: Callable[[], Message | None]) -> Iterator[dict[str, Any]]:
        """Yield a message as the arguments of `save_many`: cleaned, checked, and if it is long, as several turns."""
        try:
            message = make()
            pieces = [] if message is None else list(_split(cleaned(message.text)))
            if message is None or not pieces:
                self._report.empty += 1
                return
            thread = _name(message.thread)
            turn = self._turns.get(thread, 0)
            made = [
                _arguments(message, thread, turn, n, len(pieces), piece) for n, piece in enumerate(pieces)
            ]
            for one in made:
                Draft.of(one)
        except InvalidInput as error:
            self._bad(where, str(error))
            return
        self._turns[thread] = turn + len(made)
        yield from made

    def _bad(self, where: str, problem: str) -> None:
        error = InvalidInput(where, problem)
        if self._on_bad is None:
            raise error
        self._report.bad += 1
        self._on_bad(error)

    def _moved(self, size: int) -> None:
        if self._on_bytes is not None:
            self._on_bytes(size)


def _files(path: Path) -> list[Path]:
    """Return the files that `read` reads, sorted: an export alone, in one file or in parts, or all notes that are not hidden."""
    if not path.is_dir():
        return [path]
    if exported := sorted(one for one in path.glob("conversations*.json") if _PART.fullmatch(one.name)):
        return exported
    found = []
    for folder, inner, names in os.walk(path):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        found += [
            Path(folder, name)
            for name in names
            if Path(name).suffix.lower() in NOTES | _SUFFIXES and not name.startswith(".")
        ]
    return sorted(found)


def _starts_with_lines(head: bytes) -> bool:
    """Whether a file that looks like JSON has one object a line rather than one document."""
    first, _, rest = head.lstrip().partition(b"\n")
    if not first.startswith(b"{"):
        return False
    if not rest.strip():  # one line, or the beginning of a long one
        return not _WRAPPED.match(first)
    try:
        return isinstance(json.loads(first), dict)
    except ValueError:
        return False


def _listed(found: Any) -> list[Any] | None:
    """Return the conversations or messages that an object wraps, or None where it is something else."""
    lists = [found.get(key) for key in ("conversations", "messages")] if isinstance(found, dict) else []
    return next((one for one in lists if isinstance(one, list)), None)


def _is_conversation(found: object) -> bool:
    return isinstance(found, dict) and (
        isinstance(found.get("mapping"), dict) or isinstance(found.get("chat_messages"), list)
    )


def _begun(found: Any) -> float:
    """Return when a conversation began, in seconds since 1970; 0 for what is none or does not say."""
    if not _is_conversation(found):
        return 0.0
    try:
        moment = _moment(found.get("create_time") or found.get("created_at"))
    except InvalidInput:
        return 0.0
    return moment.timestamp() if moment else 0.0


def _message(found: object, thread: str, ref: str) -> Message | None:
    """Return the message in an object such as {role, content, time, thread}, or None if it has no text."""
    if not isinstance(found, dict):
        raise InvalidInput("message", "must be an object")
    if not any(key in found for key in TEXTS):
        raise InvalidInput("message", f"has none of the keys {', '.join(TEXTS)}")
    text = next(filter(None, (_text(found[key]) for key in TEXTS if key in found)), "")
    if not text:
        return None
    role, speaker = _string(found, ("role", "sender", "from")), _string(found, ("speaker", "name"))
    own, id = _string(found, THREADS), _string(found, IDS)
    return Message(
        text, own or thread, ref, role=role, speaker=speaker or role,
        time=next((found[key] for key in TIMES if found.get(key) is not None), None), id=id,
    )  # fmt: skip


# Where an answer of ChatGPT says what it cites, which an export does not have.
_CITED = re.compile(r" ?(?:\ue200[^\ue201]*\ue201|\u3010[^\u3011\n]*\u2020[^\u3011\n]*\u3011)")


def _chatgpt(found: dict[str, Any]) -> Iterator[Callable[[], Message | None]]:
    """Yield the messages on the path to the conversation's current node: what the person saw at the end."""
    mapping = found["mapping"]
    conversation = _string(found, ("conversation_id", "id")) or _digest(
        f"{found.get('title')}{found.get('create_time')}".encode("utf-8", "replace")
    )
    path: list[Any] = []
    seen: set[str] = set()
    at = found.get("current_node")
    if not isinstance(at, str) or at not in mapping:
        at = max(mapping, key=lambda key: _created(mapping[key]), default=None)
    while isinstance(at, str) and at not in seen and isinstance(mapping.get(at), dict):
        seen.add(at)
        path.append(mapping[at].get("message"))
        at = mapping[at].get("parent")

    def make(node: Any, number: int) -> Message | None:
        author, about = _object(node.get("author")), _object(node.get("metadata"))
        text = _CITED.sub("", _text(node.get("content"))).strip()
        called = node.get("recipient", "all") != "all"  # a tool
        if about.get("is_visually_hidden_from_conversation") or called or not text:
            return None
        role, id = _string(author, ("role",)), _string(node, ("id",))
        return Message(
            text, conversation, f"chatgpt:{conversation}#{id or number}", role=role,
            speaker=_string(author, ("name",)) or role, time=node.get("create_time") or found.get("create_time"),
            id=id, metadata=_titled(found.get("title")),
        )  # fmt: skip

    messages = [node for node in reversed(path) if isinstance(node, dict)]
    yield from (partial(make, node, number) for number, node in enumerate(messages))


def _source(ref: str) -> str:
    """Return what all refs of one source have in common: a log's own beginning, or the kind of export or notes."""
    kind = ref.partition(":")[0]
    return f"{ref.partition('#')[0]}#" if kind in ("jsonl", "json") else f"{kind}:"


def _itself(message: Message) -> Message:
    return message


def _created(node: Any) -> float:
    time = _object(_object(node).get("message")).get("create_time")
    return float(time) if isinstance(time, int | float) else 0.0


def _claude(found: dict[str, Any]) -> Iterator[Callable[[], Message | None]]:
    """Yield the messages of a conversation as Claude exports it."""
    conversation = _string(found, ("uuid", "id")) or _digest(
        f"{found.get('name')}{found.get('created_at')}".encode("utf-8", "replace")
    )

    def make(message: Any, number: int) -> Message | None:
        if not isinstance(message, dict):
            raise InvalidInput("message", "must be an object")
        text = _text(message.get("content")) or _text(message.get("text"))
        if not text:
            return None
        role, id = _string(message, ("sender", "role")), _string(message, IDS)
        role = "user" if role == "human" else role
        return Message(
            text, conversation, f"claude:{conversation}#{id or number}", role=role, speaker=role,
            time=message.get("created_at") or found.get("created_at"), id=id, metadata=_titled(found.get("name")),
        )  # fmt: skip

    yield from (partial(make, one, number) for number, one in enumerate(found["chat_messages"]))


def _text(content: Any) -> str:
    """Return the words of a message's content: a text, an object, or a list of parts; pictures and calls have none."""
    if isinstance(content, str):
        return content.strip()
    if isinstance(content, dict):
        inner = content.get("parts", content.get("text"))
        return _text(inner) if content.get("type", "text") in ("text", "input_text", "output_text") else ""
    if isinstance(content, list):
        return "\n\n".join(part for part in map(_text, content) if part)
    if content is None:
        return ""
    raise InvalidInput("text", f"must be a text or a list of parts, not {type(content).__name__}")


def _string(found: Mapping[str, Any], keys: Iterable[str]) -> str | None:
    """Return the first of these keys that has a text or a number, cleaned to one line."""
    for key in keys:
        value = found.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool) and (named := _name(str(value))):
            return named
    return None


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _titled(title: Any) -> dict[str, Any]:
    return {"title": _name(title)} if isinstance(title, str) and _name(title) else {}


def _arguments(message: Message, thread: str, turn: int, part: int, parts: int, text: str) -> dict[str, Any]:
    source: dict[str, Any] = {"ref": message.ref if parts == 1 else f"{message.ref}/{part + 1}"}
    source["trust"] = message.trust or TRUST.get((message.role or "user").lower(), "external")
    if message.role is not None:
        source["role"] = message.role
    if message.id is not None:
        source["message_ids"] = (message.id,)
    return {
        "text": text,
        "kind": "episode",
        "speaker": message.speaker,
        "thread": thread,
        "turn": turn + part,
        "observed_at": _moment(message.time),
        "metadata": dict(message.metadata or {}),
        "source": source,
        # Two that take in the same source at once meet here: the store keeps the first.
        "idempotency_key": "ingest "
        + hashlib.blake2b(f"{source['ref']}\n{text}".encode(), digest_size=16).hexdigest(),
    }


def _moment(value: Any) -> datetime | None:
    """Return a time from seconds, milliseconds or microseconds since 1970, or from ISO 8601 (UTC where it names no zone)."""
    try:
        if value is None or value == "" or isinstance(value, datetime):
            return value or None
        if isinstance(value, str) and re.fullmatch(r"-?\d{5,}(\.\d+)?", value):
            value = float(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            size = abs(value)
            return datetime.fromtimestamp(value / (1e6 if size >= 1e14 else 1e3 if size >= 1e11 else 1), UTC)
        if isinstance(value, str):
            moment = datetime.fromisoformat(value.strip())
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        pass
    raise InvalidInput("time", f"{value!r:.60} is neither ISO 8601 nor a number of seconds")


def _name(text: str) -> str:
    return " ".join(cleaned(text).split())[:256].strip()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _split(text: str) -> Iterator[str]:
    """Yield a text in pieces of at most 20,000 characters, parted at a paragraph, line, sentence or word where it can be."""
    while len(text) > MOST_CHARACTERS:
        window = text[:MOST_CHARACTERS]
        ends = (window.rfind(mark) + len(mark) for mark in ("\n\n", "\n", ". ", " "))
        at = next((end for end in ends if end > MOST_CHARACTERS // 2), MOST_CHARACTERS)
        piece, text = text[:at].strip(), text[at:]
        if piece:
            yield piece
    if text.strip():
        yield text.strip()


def _passages(lines: Iterable[tuple[int, str]], markdown: bool) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the headings above and the text of each passage: paragraphs of one section, up to 1,200 characters.

    A heading begins a passage. A block of code stays whole.
    """
    headings: list[str] = []
    held: list[str] = []
    start = 0
    for number, heading, paragraph in _paragraphs(lines, markdown):
        size = sum(map(len, held)) + len(paragraph)
        if held and (heading is not None or size > PASSAGE):
            yield start, " > ".join(filter(None, headings)), "\n\n".join(held)
            held = []
        if heading is not None:
            level, title = heading
            headings = [*headings[: level - 1], *[""] * (level - 1 - len(headings)), title]
        start = start if held else number
        held.append(paragraph)
    if held:
        yield start, " > ".join(filter(None, headings)), "\n\n".join(held)


def _paragraphs(
    lines: Iterable[tuple[int, str]], markdown: bool
) -> Iterator[tuple[int, tuple[int, str] | None, str]]:
    """Yield the line, the level and title if it is a heading, and the text of each paragraph."""
    held: list[str] = []
    start, fence = 0, ""
    for number, line in lines:
        mark = _FENCE.match(line) if markdown else None
        heading = _HEADING.match(line) if markdown and not fence else None
        if fence:
            if mark and mark[1].startswith(fence):
                fence = ""
        elif mark:
            fence = mark[1]
        if held and not fence and not mark and (heading or not line.strip()):
            yield start, None, "\n".join(held)
            held = []
        if heading:
            yield number, (len(heading[1]), heading[2]), line.strip()
        elif line.strip() or fence:
            start = start if held else number
            held.append(line)
    if held:
        yield start, None, "\n".join(held)
