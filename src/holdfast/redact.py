"""What must not be written as it is: secrets, card and account numbers, national ids, and what waits for a person's word.

`redact` masks a text, `redact_json` anything JSON holds (metadata, tool calls and results). What is found falls into a class, and
one table says what is done with each class: "redact" (masked), "block" (masked, and nothing extracted from it is kept), "review"
(kept as pending until somebody approves) or "allow". Numbers are found by their checksums, so an order number is no card.
Pure, and linear in the length of the text whatever it holds.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast, get_args

from .errors import InvalidInput
from .types import Draft

Action = Literal["redact", "block", "review", "allow"]
ACTIONS: tuple[Action, ...] = get_args(Action)
_MASK = re.compile(r"\[redacted:([\w ]+)\]")
_DEEPEST = 64
_PASSES = 4  # bounds the work; a second pass rarely finds anything, a third never did in tests

# The one table. A user's own is made with `policy(...)`.
POLICY: Mapping[str, Action] = {
    "secret": "redact", "card": "redact", "account": "redact", "national id": "redact",
    "email": "allow", "phone": "allow",
    "health": "review", "religion": "review", "politics": "review", "sexuality": "review", "biometrics": "review",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: its class, what it is ("github token"), [`start`, `end`) in the text, and what the policy says.

    In JSON, `path` leads to the string it is in ("tool.headers.0"); a span of a key's value covers all of it.
    """

    kind: str
    name: str
    start: int
    end: int
    action: Action
    path: str = ""


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text or JSON value with what the policy masks gone, and everything that was found, in order."""

    value: Any
    findings: tuple[Finding, ...]

    @property
    def action(self) -> Action:
        """The strictest action of the findings, "allow" without any: block, then review, then redact."""
        taken = {one.action for one in self.findings}
        strictest: tuple[Action, ...] = ("block", "review", "redact")
        return next((action for action in strictest if action in taken), "allow")


def policy(changes: Mapping[str, str]) -> Mapping[str, Action]:
    """Return the table with some classes changed. Raises `InvalidInput` for an unknown class or action."""
    for kind, action in changes.items():
        if kind not in POLICY:
            raise InvalidInput("policy", f"{kind!r:.40} is no class; known are {', '.join(POLICY)}")
        if action not in ACTIONS:
            raise InvalidInput("policy", f"{action!r:.40} must be one of {', '.join(ACTIONS)}")
    return {**POLICY, **cast(Mapping[str, Action], changes)}


def redact(text: str, table: Mapping[str, Action] = POLICY, kinds: Collection[str] | None = None) -> Redacted:
    """Return a text in which what the table masks is replaced by its class, e.g. "[redacted:card]".

    Masking a masked text again changes nothing. Spans of the findings are those of the text as it was given. Only `kinds`
    are looked for; without it, all, also what is allowed.
    """
    kinds = POLICY.keys() if kinds is None else kinds
    found = _apart(_found(text, kinds))
    if not found:  # as in most texts
        return Redacted(text, ())
    hidden = {kind for kind, action in table.items() if action in ("redact", "block")}
    masked = [one for one in found if one[0] in hidden]
    left = text
    for _ in range(_PASSES):
        if not masked:
            break
        # What stood against something masked may be found only now: look again, with every character in its place.
        left = _blanked(left, masked)
        again = _apart(_found(left, kinds))
        masked = [one for one in again if one[0] in hidden]
        kept = [one for one in found if one[0] in hidden]
        found = sorted([*kept, *again], key=lambda one: one[2])
    parts: list[str] = []
    at = 0
    for kind, _, start, end in found:
        if kind in hidden:
            parts += [text[at:start], f"[redacted:{kind}]"]
            at = end
    findings = (Finding(*one, action=table.get(one[0], "allow")) for one in found)
    return Redacted("".join([*parts, text[at:]]), tuple(findings))


def _blanked(text: str, spans: Iterable[Found]) -> str:
    """Return text of the same length in which each span looks like a mask: brackets around nothing that can be found."""
    parts: list[str] = []
    at = 0
    for _, _, start, end in spans:
        parts += [text[at:start], "[" + "\x1f" * (end - start - 2) + "]"]
        at = end
    return "".join([*parts, text[at:]])


def heeded(table: Mapping[str, Action], *actions: Action) -> frozenset[str]:
    """Return the classes that a table allows only after one of `actions`; without any, all but those it allows."""
    wanted = actions or ("redact", "block", "review")
    return frozenset(kind for kind, action in table.items() if action in wanted)


def redact_json(
    value: Any, table: Mapping[str, Action] = POLICY, kinds: Collection[str] | None = None
) -> Redacted:
    """Return a JSON value of which every string, keys too, is masked as `redact` does; the value given is not changed.

    What stands under a key such as "password" or "api_key" is a secret whatever it looks like. What is nested more than 64
    deep is masked unread. Other types than JSON's are returned as they are.
    """
    look = _Look(table, kinds, [])
    return Redacted(_walked(value, look, "", "", 0), tuple(look.findings))


def masked(draft: Draft, table: Mapping[str, Action] = POLICY, kinds: Collection[str] | None = None) -> Draft:
    """Return a draft with what the table masks gone from its text, slot, value, metadata, tags and speaker.

    `kinds` are the classes it masks, for who has them already. Names by which a caller finds its own again (labels, thread,
    keys, messages' ids) stay as they are.
    """
    kinds = heeded(table, "redact", "block") if kinds is None else kinds

    def shown(text: str) -> str:
        return str(redact(text, table, kinds).value)

    new: dict[str, Any] = {"text": shown(draft.text)}
    if draft.slot and _MASK.search(slot := shown(draft.slot)):
        # A slot's name has no brackets to spare: "server.redacted-secret".
        new["slot"] = _MASK.sub(r"redacted-\1", slot).replace(" ", "-")
    if draft.value is not None:
        new["value"] = redact_json(draft.value, table, kinds).value
    if draft.metadata:
        new["metadata"] = redact_json(dict(draft.metadata), table, kinds).value
    if draft.tags:
        new["tags"] = tuple(map(shown, draft.tags))
    if draft.speaker:
        new["speaker"] = shown(draft.speaker)
    changes = {name: value for name, value in new.items() if value != getattr(draft, name)}
    return replace(draft, **changes) if changes else draft


@dataclass(frozen=True, slots=True)
class _Look:
    """What a value is looked through with, and what was found so far."""

    table: Mapping[str, Action]
    kinds: Collection[str] | None
    findings: list[Finding]

    def within(self, text: str, path: str) -> str:
        """Return a text masked, noting what was found."""
        found = redact(text, self.table, self.kinds)
        self.findings.extend(replace(one, path=path) for one in found.findings)
        return str(found.value)

    def secret(self, name: str, size: int, path: str) -> bool:
        """Note a secret that is one by where it stands, and return whether it is masked."""
        action = self.table.get("secret", "allow")
        self.findings.append(Finding("secret", name, 0, size, action, path))
        return action in ("redact", "block")


def _walked(value: Any, look: _Look, key: str, path: str, depth: int) -> Any:
    if depth > _DEEPEST and isinstance(value, Mapping | list | tuple):
        return "[redacted:secret]" if look.secret("nested too deep to read", 0, path) else value
    if isinstance(value, Mapping):
        return {
            redact(str(name), look.table, look.kinds).value: _walked(
                inner, look, str(name), _under(path, name), depth + 1
            )
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_walked(one, look, key, _under(path, n), depth + 1) for n, one in enumerate(value)]
    if _named_secret(key) and _worth_hiding(value):
        hidden = look.secret(f"value of {key[:40]}", len(str(value)), path)
        return "[redacted:secret]" if hidden else value
    if isinstance(value, str):
        return look.within(value, path)
    if isinstance(value, int) and not isinstance(value, bool):  # its digits may be a card's or an id's
        shown = look.within(str(value), path)
        return value if shown == str(value) else shown
    return value


def _under(path: str, name: object) -> str:
    return f"{path}.{name}"[:200] if path else str(name)[:200]


# ---- finding ---------------------------------------------------------------------------------------------------------

Found = tuple[str, str, int, int]  # class, name, start, end


def _found(text: str, kinds: Collection[str]) -> Iterator[Found]:
    """Yield everything found, in no order and perhaps overlapping. What cannot be there is not looked for."""
    if text.isascii():
        yield from _found_in(text, kinds)
        return
    plain, places = _plain(text)
    for kind, name, start, end in _found_in(plain, kinds):
        yield (kind, name, start, end) if places is None else (kind, name, places[start], places[end - 1] + 1)


class _Plain(dict[int, str]):
    """Of a character its one spelling in ASCII where it has one: digits of other scripts, wide letters, dashes, spaces."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        made = unicodedata.normalize("NFKC", character)
        category = unicodedata.category(character)
        if category == "Nd":
            made = str(unicodedata.decimal(character))
        elif category == "Pd" or character == "\u2212":
            made = "-"
        elif category == "Zs":
            made = " "
        self[code] = made if len(made) == 1 and made.isascii() else character
        return self[code]


_SPELLED = _Plain()
# What stands between characters and is not seen: soft hyphens, joiners, marks of direction, the byte order mark.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]"
)


def _plain(text: str) -> tuple[str, Sequence[int] | None]:
    """Return a text as it reads, without what is not seen, and the place of each character in the text if they moved."""
    if not _UNSEEN.search(text):
        return text.translate(_SPELLED), None
    places = [n for n, character in enumerate(text) if not _UNSEEN.match(character)]
    return "".join([text[n] for n in places]).translate(_SPELLED), places


def _found_in(text: str, kinds: Collection[str]) -> Iterator[Found]:
    low = text.lower()
    if "secret" in kinds:
        # A token is one long word: most talk has none.
        if max(map(len, text.split()), default=0) >= _SHORTEST_TOKEN:
            yield from _detected(_TOKENS, text)
        yield from _private_keys(text)
        yield from _in_addresses(text)
        yield from _assigned(text, low if len(low) == len(text) else text)
    if "email" in kinds and "@" in text:
        yield from _detected(_ADDRESSES, text)
    if len(_compiled(r"\d").findall(text)) >= _FEWEST_DIGITS:
        apart = _compiled(_UUID).sub("_" * 36, text)  # one in 20,000 holds what looks like an account number
        yield from (_cards(apart) if "card" in kinds else ())
        yield from (_ibans(apart) if "account" in kinds else ())
        yield from (_phones(apart) if "phone" in kinds else ())
        if "national id" in kinds:
            yield from (*_detected(_IDS, apart), *_in_context(apart, low))
    if not _TOPICAL.isdisjoint(kinds):
        from .sensitive import matters  # with the rules' words, which a program that only saves need not load

        yield from matters(low if len(low) == len(text) else text, kinds)


_SHORTEST_TOKEN, _FEWEST_DIGITS = 15, 6
_UUID = r"(?i)\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b"


def _detected(detectors: Sequence[_Detector], text: str) -> Iterator[Found]:
    for detector in detectors:
        if not detector.signs or any(sign in text for sign in detector.signs):
            for match in _compiled(detector.form).finditer(text):
                start, end = match.span("v" if "v" in match.re.groupindex else 0)
                if detector.check is None or detector.check(text[start:end]):
                    yield detector.kind, detector.name, start, end


def _apart(found: Iterator[Found]) -> list[Found]:
    """Return findings in order without overlaps: what is masked goes before what is not, then the longer one."""
    masked_first = sorted(found, key=lambda one: (one[0] not in _HARD, one[2], one[2] - one[3]))
    if not masked_first:
        return []
    kept: list[Found] = []
    for hard in (True, False):
        reach = 0
        mine = [one for one in masked_first if (one[0] in _HARD) is hard]
        fixed = sorted(kept, key=lambda one: one[2])
        for one in mine:
            if one[2] >= reach and not _covered(one, fixed):
                kept.append(one)
                reach = one[3]
    return sorted(kept, key=lambda one: one[2])


def _covered(one: Found, fixed: list[Found]) -> bool:
    """Whether a finding overlaps one of `fixed`, which are in order and apart."""
    n = bisect_right(fixed, one[2], key=lambda other: other[3])
    return n < len(fixed) and fixed[n][2] < one[3]


_HARD = frozenset({"secret", "card", "account", "national id"})
_TOPICAL = frozenset({"health", "religion", "politics", "sexuality", "biometrics"})


@dataclass(frozen=True, slots=True)
class _Detector:
    """One expression: its group `v`, or all of it, is what is found if `check` agrees. One of `signs` must be in the text, where there are any."""

    kind: str
    name: str
    form: str
    signs: tuple[str, ...] = ()
    check: Callable[[str], bool] | None = None


@functools.cache
def _compiled(form: str) -> re.Pattern[str]:
    return re.compile(form)


def _digits(text: str) -> str:
    return "".join(character for character in text if character in "0123456789")


def _luhn(digits: str) -> bool:
    total = 0
    for n, character in enumerate(reversed(digits)):
        value = int(character) * (1 + n % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


# Issuers by their first digits, with the lengths they give out.
_ISSUERS = (
    (r"4", (13, 16, 19)), (r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720", (16,)), (r"3[47]", (15,)),
    (r"6011|65|64[4-9]", (16, 19)), (r"35(?:2[89]|[3-8])", (16, 19)), (r"3(?:0[0-5]|[68])", (14,)), (r"62", (16, 17, 18, 19)),
)  # fmt: skip


_SHORTEST_CARD = 12
# How many digits stand together, but for one run of all.
_GROUPED = ((4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4), (4, 4, 4, 1), (8, 8))
_RUN = r"\d(?<![A-Za-z0-9]\d)(?:[ .\t-]{0,3}\d){11,}"


def _card(digits: str) -> bool:
    """Whether digits are a card's: an issuer's first digits and length, and the Luhn checksum (ISO/IEC 7812)."""
    issued = any(re.match(first, digits) and len(digits) in lengths for first, lengths in _ISSUERS)
    return issued and len(set(digits)) > 1 and _luhn(digits)


def _cards(text: str) -> Iterator[Found]:
    """Yield card numbers: in one run of digits, in the groups they are printed in, or digit by digit; other numbers may
    stand around them ("4111 1111 1111 1111 12/27")."""
    for run in _compiled(_RUN).finditer(text):
        groups = [one.span() for one in _compiled(r"\d+").finditer(text, *run.span())]
        sizes = tuple(end - start for start, end in groups)
        if max(sizes) <= 2:  # spelled out: the whole of it
            if _card(_digits(run[0])) and not text[run.end() : run.end() + 1].isalnum():
                yield "card", "card number", *run.span()
            continue
        n = 0
        while n < len(groups):
            ends = [n + len(form) for form in _GROUPED if sizes[n : n + len(form)] == form]
            ends += [n + 1] * (sizes[n] >= _SHORTEST_CARD)
            end = next((end for end in ends if _card_within(text, groups[n][0], groups[end - 1][1])), 0)
            if end:
                yield "card", "card number", groups[n][0], groups[end - 1][1]
            n = max(end, n + 1)


def _card_within(text: str, start: int, end: int) -> bool:
    """Whether these digits are a card's, and neither decimals nor part of a longer word."""
    whole = text[start:end].isdecimal()
    decimals = (
        whole and text[max(0, start - 1) : start] == "." and text[max(0, start - 2) : start - 1].isdigit()
    )
    return not decimals and not text[end : end + 1].isalnum() and _card(_digits(text[start:end]))


_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "BR": 29, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20,
    "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "TR": 26, "UA": 29,
}  # fmt: skip


def _ibans(text: str) -> Iterator[Found]:
    """Yield account numbers of their country's length with a checksum of 1 modulo 97 (ISO 13616), whatever follows them."""
    for check in _compiled(r"\d(?<=[A-Za-z]{2}\d)\d(?=[ -]?[A-Za-z0-9])").finditer(text):
        start = check.start() - 2
        length = _IBAN_LENGTHS.get(text[start : start + 2].upper(), 0)
        if not length or text[max(0, start - 1) : start].isalnum():
            continue
        rest = rf"(?:[ -]?[A-Za-z0-9]){{{length - 4}}}(?![A-Za-z0-9])"
        whole = _compiled(rest).match(text, check.end())
        if not whole:
            continue
        plain = re.sub(r"[ -]", "", text[start : whole.end()]).upper()
        if int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1:
            yield "account", "IBAN", start, whole.end()


def _nir(text: str) -> bool:
    """Whether digits are a French social security number: the last two are 97 minus the rest modulo 97."""
    digits = _digits(text)
    return len(digits) == 15 and 97 - int(digits[:13]) % 97 == int(digits[13:])


def _dni(text: str) -> bool:
    """Whether text is a Spanish DNI or NIE: the letter is the number modulo 23."""
    number = text[:-1].replace("-", "").translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == text[-1]


def _cpf(text: str) -> bool:
    """Whether digits are a Brazilian CPF: two check digits modulo 11."""
    digits = [int(one) for one in _digits(text)]
    if len(digits) != 11 or len(set(digits)) == 1:
        return False
    checks = [sum((n + 1 - i) * digits[i] for i in range(n)) * 10 % 11 % 10 for n in (9, 10)]
    return checks == digits[9:]


_ODD = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23), strict=True))  # fmt: skip


def _codice_fiscale(text: str) -> bool:
    """Whether text is an Italian codice fiscale: its last letter checks the fifteen before it."""
    even = {
        character: int(character, 36) if character.isdigit() else ord(character) - 65
        for character in text[:15]
    }
    total = sum(even[character] if n % 2 else _ODD[character] for n, character in enumerate(text[:15]))
    return chr(65 + total % 26) == text[15]


def _aadhaar(text: str) -> bool:
    """Whether digits are an Indian Aadhaar number: Verhoeff's checksum."""
    check = 0
    for n, character in enumerate(reversed(_digits(text))):
        value = int(character)
        for _ in range(n % 8):
            value = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)[value]
        check = _turned(check, value)
    return check == 0


def _turned(one: int, other: int) -> int:
    """Multiply in the dihedral group of ten elements."""
    if one < 5:
        return (one + other) % 5 if other < 5 else (one + other - 5) % 5 + 5
    return (one - 5 - other) % 5 + 5 if other < 5 else (one - other) % 5


_PHONE = r"(?<![\w./@:-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,4}\)[ .-]?)?\d{2,5}(?:[ .-]\d{2,5}){1,4}(?![\w@/-])|(?<![\w.])\+\d{8,15}(?!\d)"
_NO_PHONE = r"(?:19|20)\d\d[-./ ]\d\d?[-./ ]\d\d?.*|\d\d?[-./ ]\d\d?[-./ ](?:19|20)\d\d.*|\d{1,3}(?:\.\d{1,3}){3}|\d\d\.\d\d[ -]+\d\d\.\d\d"
_DIALLED = r"[+(0].*|[2-9]\d\d([ .-])[2-9]\d\d\1\d{4}|1[ .-][2-9]\d\d([ .-])[2-9]\d\d\2\d{4}"
_CALLS = r"(?i)\b(?:call|phone|telephone|tel|mobile|cell|ring|fax|whatsapp|sms|text me|reach me|dial|number is)\b[^\n]{0,24}$"


def _phones(text: str) -> Iterator[Found]:
    """Yield telephone numbers: 8 to 15 digits that are written as one is dialled, or stand behind a word such as "call"."""
    for match in _compiled(_PHONE).finditer(text):
        if not 8 <= len(_digits(match[0])) <= 15 or _compiled(_NO_PHONE).fullmatch(match[0]):
            continue
        before = text[max(0, match.start() - 40) : match.start()]
        if _compiled(_DIALLED).fullmatch(match[0]) or _compiled(_CALLS).search(before):
            yield "phone", "telephone number", *match.span()


_START, _END = r"(?<![A-Za-z0-9_-])", r"(?![A-Za-z0-9_-])"
_TOKENS: tuple[_Detector, ...] = (
    _Detector("secret", "aws access key", rf"{_START}(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA)[A-Z0-9]{{16}}{_END}", ("AKIA", "ASIA", "AROA", "AIDA", "AGPA", "ANPA", "ANVA")),
    _Detector("secret", "github token", rf"{_START}(?:gh[pousr]_[A-Za-z0-9]{{20,255}}|github_pat_[A-Za-z0-9_]{{20,255}})", ("gh", "github_pat_")),
    _Detector("secret", "gitlab token", rf"{_START}gl(?:pat|ptt|dt|rt)-[A-Za-z0-9_-]{{20,255}}", ("gl",)),
    _Detector("secret", "slack token", rf"{_START}(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{{10,255}}", ("xox", "xapp-")),
    _Detector("secret", "slack webhook", r"hooks\.slack\.com/(?P<v>(?:services|workflows)/[A-Za-z0-9/]{20,255})", ("hooks.slack.com",)),
    _Detector("secret", "model provider key", rf"{_START}sk-[A-Za-z0-9_-]{{20,255}}", ("sk-",), lambda text: any(any(one.isdigit() for one in run) for run in re.findall(r"\w{16,}", text))),
    _Detector("secret", "stripe key", rf"{_START}(?:(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{{10,255}}|whsec_[A-Za-z0-9+/]{{20,255}})", ("_live_", "_test_", "whsec_")),
    _Detector("secret", "google key", rf"{_START}(?:AIza[A-Za-z0-9_-]{{30,60}}|ya29\.[A-Za-z0-9_-]{{20,500}}|GOCSPX-[A-Za-z0-9_-]{{20,60}})", ("AIza", "ya29.", "GOCSPX-")),
    _Detector("secret", "json web token", rf"{_START}eyJ[A-Za-z0-9_-]{{8,8000}}\.[A-Za-z0-9_-]{{8,8000}}(?:\.[A-Za-z0-9_-]{{0,8000}})?", ("eyJ",)),
    _Detector("secret", "service token", rf"{_START}(?:npm_[A-Za-z0-9]{{30,60}}|hf_[A-Za-z0-9]{{30,60}}|dop_v1_[a-f0-9]{{60,70}}|SG\.[A-Za-z0-9_-]{{16,40}}\.[A-Za-z0-9_-]{{30,60}}|pypi-[A-Za-z0-9_-]{{50,500}}|shp(?:at|ss|ca)_[a-fA-F0-9]{{32}}|AGE-SECRET-KEY-1[A-Z0-9]{{50,60}}|\d{{8,10}}:AA[A-Za-z0-9_-]{{32,35}}|sq0(?:atp|csp)-[A-Za-z0-9_-]{{20,50}}|key-[a-f0-9]{{32}}|lin_api_[A-Za-z0-9]{{32,60}}|tvly-[A-Za-z0-9-]{{20,60}}|gsk_[A-Za-z0-9]{{40,60}}|xai-[A-Za-z0-9]{{40,100}}|hvs\.[A-Za-z0-9_-]{{24,200}}|dapi[a-f0-9]{{32}}|ntn_[A-Za-z0-9]{{40,60}}|sbp_[a-f0-9]{{40}}|figd_[A-Za-z0-9_-]{{40,60}}|PMAK-[a-f0-9]{{24}}-[a-f0-9]{{34}}|ATATT3[A-Za-z0-9_=-]{{50,300}}|glsa_[A-Za-z0-9_]{{32,60}}|dp\.pt\.[A-Za-z0-9]{{40,60}}|pplx-[A-Za-z0-9]{{40,60}}|r8_[A-Za-z0-9]{{37}}|SK[a-f0-9]{{32}}){_END}", ("npm_", "hf_", "dop_v1_", "SG.", "pypi-", "shpat_", "shpss_", "shpca_", "AGE-SECRET", ":AA", "sq0", "key-", "lin_api_", "tvly-", "gsk_", "xai-", "hvs.", "dapi", "ntn_", "sbp_", "figd_", "PMAK-", "ATATT3", "glsa_", "dp.pt.", "pplx-", "r8_", "SK")),
    _Detector("secret", "authorization header", r"\b(?:[Bb]earer|[Bb]asic|[Tt]oken) (?P<v>[A-Za-z0-9._~+/-]{16,4000}={0,2})", ("earer ", "asic ", "oken "), lambda text: _random(text)),
)  # fmt: skip
_IDS: tuple[_Detector, ...] = (
    _Detector("national id", "US social security number", r"[0-8](?<![\d-].)\d\d-(?!00)\d\d-(?!0000)\d{4}(?![\d-])", ("-",), lambda text: text[:3] not in ("000", "666")),
    _Detector("national id", "UK national insurance number", r"[A-CEGHJ-PR-TW-Z](?<![A-Za-z0-9].)[A-CEGHJ-NPR-TW-Z] \d\d \d\d \d\d [A-D](?![A-Za-z0-9])", (), lambda text: text[:2] not in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")),
    _Detector("national id", "French social security number", r"[12](?<!\d.)(?<!\d .) ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d\d ?\d{3} ?\d{3} ?\d\d(?! ?\d)", (), _nir),
    _Detector("national id", "Spanish DNI", r"[\dXYZ](?<![A-Za-z0-9].)(?:(?<=[XYZ])-?)?\d{7}-?[A-Z](?![A-Za-z0-9])", (), _dni),
    _Detector("national id", "Italian codice fiscale", r"[A-Z](?<![A-Za-z0-9].)[A-Z]{5}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z](?![A-Za-z0-9])", (), _codice_fiscale),
    _Detector("national id", "Brazilian CPF", r"\d(?<![\d.]\d)\d\d\.\d{3}\.\d{3}-\d\d(?!\d)", ("-",), _cpf),
)  # fmt: skip
_ADDRESSES = (
    _Detector("email", "e-mail address", r"(?<![A-Za-z0-9._%+-])(?!git@)[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}(?![A-Za-z0-9-])", ("@",)),
)  # fmt: skip
_WITH_PASSWORD = r"://[^\s/:@\"'<>]{0,128}:(?P<v>[^\s/@\"'<>]{1,256})@"


def _in_addresses(text: str) -> Iterator[Found]:
    """Yield passwords in addresses: "postgres://ada:...@host/x"."""
    if "://" not in text:
        return
    for match in _compiled(_WITH_PASSWORD).finditer(text):
        named = _compiled(r"[A-Za-z][A-Za-z0-9+.-]*$").search(text, max(0, match.start() - 24), match.start())
        if named and not _placeholder(match["v"]):
            yield "secret", "password in an address", *match.span("v")


_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_END_OF_KEY = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINES = re.compile(r"(?:(?:\\n|\s){1,4}[A-Za-z0-9+/=:,. -]{1,200})*")


def _private_keys(text: str) -> Iterator[Found]:
    """Yield private keys in PEM form, also one that is cut off: then as far as it still looks like a key."""
    if "PRIVATE KEY" not in text:
        return
    ends = [match.end() for match in _END_OF_KEY.finditer(text)]
    at, n = 0, 0
    for begin in _BEGIN.finditer(text):
        if begin.start() < at:
            continue
        while n < len(ends) and ends[n] <= begin.end():
            n += 1
        if n < len(ends):
            at = ends[n]
        else:
            body = _KEY_LINES.match(text, begin.end())
            at = body.end() if body else begin.end()
        yield "secret", "private key", begin.start(), at


# ---- secrets by their name -------------------------------------------------------------------------------------------

_NAMED = r"(?:pass(?:word|wd|phrase|code)|pwd|secret(?!ar|iv|ion)|api[_ -]?key|apikey|access[_ -]?key|auth[_ -]?key|account[_ -]?key|private[_ -]?key|signing[_ -]?key|encryption[_ -]?key|token(?!i[sz])|credentials?|bearer|authorization|cookie|connection[_ -]?string|(?<![a-z])(?:pin|cvv2?|cvc|otp)(?![a-z]))"
_NAMED_SIGNS = (
    "pass",
    "pwd",
    "secret",
    "key",
    "token",
    "credential",
    "bearer",
    "authorization",
    "cookie",
    "connection",
    "pin",
    "cvv",
    "cvc",
    "otp",
)
_GIVEN = r"(?P<about>[\w-]{0,24})\\{0,3}[\"']?\s{0,3}(?P<how>=>|:=|==|=|:|(?i:\bis\b|\bwas\b))\s{0,3}\\{0,3}(?P<quote>[\"'`]?)(?P<v>[^\s\"'`,;<>(){}\[\]]{3,256})(?P<next>[\"'`(\[]?)"
_WITHIN = {one: rf"[^{one}\\\n]{{1,2000}}" for one in "\"'`"}
_BEFORE = r"(?P<keyed>[\"']?)(?P<start>[\w.-]{0,24})$"
_KEY_NAME = rf"(?i:(?:.{{0,40}}[_.\- ])?{_NAMED}s?(?:[_.\- ].{{0,24}})?)"
_NOT_SECRET = re.compile(
    r"(?i)\[?(?:redacted|\x1f)|\*{3,}|x{3,}|\.{3}|\$(?:[{(]|[a-z_]{2,}$)|%(?:[sd(]|\w+%)|\{\{|<|(?:none|null|nil|true|false|undefined)\b|your[_-]|my[_-]|example|placeholder|change[_-]?me|os\.|env\b|process\.|getenv|config\.|self\.|args\.|settings\.|string\b|str\b|int\b|https?://|(?:password|passwd|pass|pwd|secret|token)$|~/|\.{1,2}/|\w[\w+.-]*://[^@?]*$"
)
# What a secret's name ends in where its value is about the secret and not it: "token_type", "secret_name".
_ABOUT = re.compile(
    r"(?i)(?:.*[_. -])?(?:ids?|names?|types?|counts?|polic(?:y|ies)|ur[il]s?|paths?|files?|refs?|arn|versions?|enabled|required|expir\w*|ttl|length|fields?|headers?|endpoints?|limits?|budget|rotation|provider|store|hashers?|consent)"
)
_COUNTS = re.compile(
    r"(?i)(?:max|min|num|n|total|prompt|completion|input|output|cache|context|used)?[_ -]?tokens?(?:[_ -]?(?:count|limit|budget|used|type|usage|id|ids|per.*))?s?"
)


def _placeholder(value: str) -> bool:
    return bool(_NOT_SECRET.match(value))


def _entropy(value: str) -> float:
    """Return Shannon's entropy of the characters, in bits per character."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


def _random(value: str) -> bool:
    """Whether a value is long and mixed enough to be a key: 16 characters, letters with digits or both cases, 3 bits each."""
    mixed = any(one.isdigit() for one in value) and any(one.isalpha() for one in value)
    return len(value) >= 16 and mixed and _entropy(value[:256]) >= 3.0 and not _placeholder(value)


def _assigned(text: str, low: str) -> Iterator[Found]:
    """Yield the values of assignments to secret names: "password=...", "the api key is ...", "token: ..."."""
    done = 0
    # Names are looked for around their signs only: one expression over all of a text takes twenty times as long.
    for at in sorted(_places_of(_NAMED_SIGNS, low)):
        named = _compiled(f"(?i){_NAMED}").search(text, max(done, at - 14), at + 40) if at >= done else None
        if named is None or named.start() > at:
            continue
        done = named.end()
        given = _compiled(_GIVEN).match(text, done)
        before = _compiled(_BEFORE).search(text, max(0, named.start() - 26), named.start())
        if given is None or before is None:
            continue
        value = given["v"].rstrip(".!?:\\")
        if before["keyed"] and given["quote"]:  # JSON, or a literal of a program: all of it, spaces too
            whole = _compiled(_WITHIN[given["quote"]]).match(text, given.start("v"))
            value = whole[0] if whole else value
        if value and _is_secret(before["start"] + named[0] + given["about"], before["keyed"], given, value):
            yield "secret", "assigned secret", given.start("v"), given.start("v") + len(value)
            done = given.start("v") + len(value)
        elif len(value) > 64:
            done = given.end("v")


def _places_of(signs: Iterable[str], low: str) -> Iterator[int]:
    for sign in signs:
        at = low.find(sign)
        while at >= 0:
            yield at
            at = low.find(sign, at + len(sign))


def _is_secret(name: str, keyed: str, given: re.Match[str], value: str) -> bool:
    """Whether what a secret's name is given is one, and not code, a path, a count or a word of talk."""
    how, quote = given["how"].lower(), given["quote"]
    if _placeholder(value) or _COUNTS.fullmatch(name) or _ABOUT.fullmatch(name):
        return False
    if keyed and quote:  # JSON, or a literal of a program
        return True
    digit = any(one.isdigit() for one in value)
    if re.search(r"(?i)(?:^|[^a-z])(?:pin|cvv2?|cvc|otp)$", name):
        return bool(re.fullmatch(r"\d{3,12}", value))
    if not quote and not digit and _code(given, value):
        return False
    strong = bool(re.search(r"(?i)pass|pwd|secret|cookie", name))
    told = digit or (value != value.lower() and value != value.capitalize())
    if len(value) < 4:
        return False
    if how in ("=", ":=") and strong and len(value) >= 6 and not re.search(r"[.(]", value):
        return True
    if quote and strong and len(value) >= 6:
        return True
    if not told and not re.search(r"[^\w.-]", value):
        return False
    return strong or _random(value) or (len(value) >= 8 and told and how not in ("is", "was", ":"))


def _code(given: re.Match[str], value: str) -> bool:
    """Whether a value without digits is a name in a program: called, looked up, of an object, or named after a secret."""
    if not re.fullmatch(r"[A-Za-z_][\w.]*", value):
        return False
    named = bool(re.search(rf"(?i){_NAMED}", value))
    return given["next"] in {"(", "["} or "." in value.strip(".") or named


def _named_secret(key: str) -> bool:
    if len(key) > 80 or not _compiled(_KEY_NAME).fullmatch(key):
        return False
    return not _COUNTS.fullmatch(key) and not _ABOUT.fullmatch(key)


def _worth_hiding(value: object) -> bool:
    """Whether a value under a secret's name is one: text or a number that is neither empty nor a placeholder."""
    if isinstance(value, bool) or value is None or isinstance(value, float):
        return False
    return isinstance(value, str | int) and len(str(value)) >= 3 and not _placeholder(str(value))


# Numbers whose checksum is too weak to stand alone: the word must be near.
_NEARBY = (
    (("ssn", "social security"), r"(?i)\b(?:ssn|social security)\b[^\d\n]{0,30}(?P<v>\d{3}[ .-]?\d\d[ .-]?\d{4})(?!\d)", "US social security number", lambda digits: digits[:3] not in ("000", "666") and digits[0] != "9"),
    (("sin", "social insurance"), r"\b(?:SIN|(?i:social insurance))\b[^\d\n]{0,30}(?P<v>\d{3}[ -]?\d{3}[ -]?\d{3})(?!\d)", "Canadian social insurance number", lambda text: _luhn(_digits(text))),
    (("bsn", "burgerservicenummer"), r"\b(?:BSN|(?i:burgerservicenummer))\b[^\d\n]{0,30}(?P<v>\d{9})(?!\d)", "Dutch BSN", lambda digits: sum((9 - n if n < 8 else -1) * int(one) for n, one in enumerate(digits)) % 11 == 0),
    (("aadhaar", "aadhar", "uidai"), r"(?i)\b(?:aadhaar|aadhar|uidai)\b[^\d\n]{0,30}(?P<v>[2-9]\d{3}[ -]?\d{4}[ -]?\d{4})(?!\d)", "Indian Aadhaar", _aadhaar),
    (("cpf",), r"(?i)\bcpf\b[^\d\n]{0,30}(?P<v>\d{11})(?!\d)", "Brazilian CPF", _cpf),
    (("nino", "national insurance", "ni number"), r"(?i)\b(?:nino|national insurance|ni number)\b[^\d\n]{0,30}?(?P<v>\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D])(?![A-Za-z0-9])", "UK national insurance number", lambda text: True),
    (("passport",), r"(?i)\bpassport\b[^\d\n]{0,30}?(?P<v>\b[A-Z]{0,2}\d{6,9})(?!\d)", "passport number", lambda text: True),
)  # fmt: skip


def _in_context(text: str, low: str) -> Iterator[Found]:
    for signs, form, name, check in _NEARBY:
        if not any(sign in low for sign in signs):
            continue
        for match in _compiled(form).finditer(text):
            if check(match["v"]):
                yield "national id", name, *match.span("v")
