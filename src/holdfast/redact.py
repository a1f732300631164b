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
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, cast, get_args

from .errors import InvalidInput
from .extract import words
from .types import Draft

Action = Literal["redact", "block", "review", "allow"]
ACTIONS: tuple[Action, ...] = get_args(Action)
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


def redact(text: str, table: Mapping[str, Action] = POLICY) -> Redacted:
    """Return a text in which what the table masks is replaced by its class, e.g. "[redacted:card]".

    Masking a masked text again changes nothing. Spans of the findings are those of the text as it was given.
    """
    hidden = {kind for kind, action in table.items() if action in ("redact", "block")}
    found = _apart(_found(text))
    masked = [one for one in found if one[0] in hidden]
    left = text
    for _ in range(_PASSES):
        if not masked:
            break
        # What stood against something masked may be found only now: look again, with every character in its place.
        left = _blanked(left, masked)
        again = _apart(_found(left))
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


def redact_json(value: Any, table: Mapping[str, Action] = POLICY) -> Redacted:
    """Return a JSON value of which every string, keys too, is masked as `redact` does; the value given is not changed.

    What stands under a key such as "password" or "api_key" is a secret whatever it looks like. What is nested more than 64
    deep is masked unread. Other types than JSON's are returned as they are.
    """
    findings: list[Finding] = []
    return Redacted(_walked(value, table, "", "", findings, 0), tuple(findings))


def masked(draft: Draft, table: Mapping[str, Action] = POLICY) -> Draft:
    """Return a draft with what the table masks gone from its text, value, metadata, tags and speaker."""
    return replace(
        draft,
        text=redact(draft.text, table).value,
        value=redact_json(draft.value, table).value,
        metadata=redact_json(dict(draft.metadata), table).value,
        tags=tuple(redact(tag, table).value for tag in draft.tags),
        speaker=draft.speaker and redact(draft.speaker, table).value,
    )


def _walked(
    value: Any, table: Mapping[str, Action], key: str, path: str, findings: list[Finding], depth: int
) -> Any:
    if depth > _DEEPEST and isinstance(value, Mapping | list | tuple):
        findings.append(
            Finding("secret", "nested too deep to read", 0, 0, table.get("secret", "allow"), path)
        )
        return "[redacted:secret]" if table.get("secret") in ("redact", "block") else value
    if isinstance(value, Mapping):
        return {
            redact(str(name), table).value: _walked(
                inner, table, str(name), _under(path, name), findings, depth + 1
            )
            for name, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_walked(one, table, key, _under(path, n), findings, depth + 1) for n, one in enumerate(value)]
    if _named_secret(key) and _worth_hiding(value):
        action = table.get("secret", "allow")
        findings.append(Finding("secret", f"value of {key[:40]}", 0, len(str(value)), action, path))
        return "[redacted:secret]" if action in ("redact", "block") else value
    if not isinstance(value, str):
        return _number(value, table, path, findings)
    masked = redact(value, table)
    findings += [Finding(one.kind, one.name, one.start, one.end, one.action, path) for one in masked.findings]
    return masked.value


def _number(value: Any, table: Mapping[str, Action], path: str, findings: list[Finding]) -> Any:
    """Return a number as it is, or masked where its digits are a card or an id."""
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    masked = redact(str(value), table)
    findings += [Finding(one.kind, one.name, one.start, one.end, one.action, path) for one in masked.findings]
    return value if masked.value == str(value) else masked.value


def _under(path: str, name: object) -> str:
    return f"{path}.{name}"[:200] if path else str(name)[:200]


# ---- finding ---------------------------------------------------------------------------------------------------------

Found = tuple[str, str, int, int]  # class, name, start, end


def _found(text: str) -> Iterator[Found]:
    """Yield everything found, in no order and perhaps overlapping. What cannot be there is not looked for."""
    low = text.lower()
    digits = bool(_compiled(r"\d").search(text))
    for detector in _DETECTORS:
        if any(sign in text for sign in detector.signs) or (not detector.signs and digits):
            for match in _compiled(detector.form).finditer(text):
                start, end = match.span("v" if "v" in match.re.groupindex else 0)
                if detector.check is None or detector.check(text[start:end]):
                    yield detector.kind, detector.name, start, end
    yield from _private_keys(text)
    if any(sign in low for sign in _NAMED_SIGNS):
        yield from _assigned(text)
    if digits:
        yield from _in_context(text, low)
    yield from _sensitive(low if len(low) == len(text) else text)


def _apart(found: Iterator[Found]) -> list[Found]:
    """Return findings in order without overlaps: what is masked goes before what is not, then the longer one."""
    masked_first = sorted(found, key=lambda one: (one[0] not in _HARD, one[2], one[2] - one[3]))
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


@dataclass(frozen=True, slots=True)
class _Detector:
    """One expression: its group `v`, or all of it, is what is found if `check` agrees. One of `signs` must be in the text, or a digit where
    there are none."""

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


def _card(text: str) -> bool:
    """Whether digits are a card's: an issuer's first digits and length, and the Luhn checksum (ISO/IEC 7812)."""
    digits = _digits(text)
    issued = any(re.match(first, digits) and len(digits) in lengths for first, lengths in _ISSUERS)
    return issued and len(set(digits)) > 1 and _luhn(digits)


_IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AT": 20, "BE": 16, "BG": 22, "BR": 29, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IL": 23, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20,
    "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24,
    "SM": 27, "TR": 26, "UA": 29,
}  # fmt: skip


def _iban(text: str) -> bool:
    """Whether text is an account number of its country's length with a checksum of 1 modulo 97 (ISO 13616)."""
    plain = text.replace(" ", "")
    if len(plain) != _IBAN_LENGTHS.get(plain[:2]):
        return False
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1


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


def _phone(text: str) -> bool:
    """Whether digits look like a telephone number: 8 to 15 of them, and neither a date nor an address on the network."""
    count = len(_digits(text))
    dated = re.fullmatch(
        r"(?:19|20)\d\d[-./ ]\d\d?[-./ ]\d\d?.*|\d\d?[-./ ]\d\d?[-./ ](?:19|20)\d\d.*|\d{1,3}(?:\.\d{1,3}){3}",
        text,
    )
    return 8 <= count <= 15 and not dated


_START, _END = r"(?<![A-Za-z0-9_-])", r"(?![A-Za-z0-9_-])"
_DETECTORS: tuple[_Detector, ...] = (
    _Detector("secret", "aws access key", rf"{_START}(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA)[A-Z0-9]{{16}}{_END}", ("AKIA", "ASIA", "AROA", "AIDA", "AGPA", "ANPA", "ANVA")),
    _Detector("secret", "github token", rf"{_START}(?:gh[pousr]_[A-Za-z0-9]{{20,255}}|github_pat_[A-Za-z0-9_]{{20,255}})", ("gh", "github_pat_")),
    _Detector("secret", "gitlab token", rf"{_START}gl(?:pat|ptt|dt|rt)-[A-Za-z0-9_-]{{20,255}}", ("gl",)),
    _Detector("secret", "slack token", rf"{_START}(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{{10,255}}", ("xox", "xapp-")),
    _Detector("secret", "slack webhook", r"hooks\.slack\.com/(?P<v>(?:services|workflows)/[A-Za-z0-9/]{20,255})", ("hooks.slack.com",)),
    _Detector("secret", "model provider key", rf"{_START}sk-[A-Za-z0-9_-]{{20,255}}", ("sk-",), lambda text: any(one.isdigit() for one in text)),
    _Detector("secret", "stripe key", rf"{_START}(?:(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{{10,255}}|whsec_[A-Za-z0-9+/]{{20,255}})", ("_live_", "_test_", "whsec_")),
    _Detector("secret", "google key", rf"{_START}(?:AIza[A-Za-z0-9_-]{{30,60}}|ya29\.[A-Za-z0-9_-]{{20,500}}|GOCSPX-[A-Za-z0-9_-]{{20,60}})", ("AIza", "ya29.", "GOCSPX-")),
    _Detector("secret", "json web token", rf"{_START}eyJ[A-Za-z0-9_-]{{8,8000}}\.[A-Za-z0-9_-]{{8,8000}}(?:\.[A-Za-z0-9_-]{{0,8000}})?", ("eyJ",)),
    _Detector("secret", "service token", rf"{_START}(?:npm_[A-Za-z0-9]{{30,60}}|hf_[A-Za-z0-9]{{30,60}}|dop_v1_[a-f0-9]{{60,70}}|SG\.[A-Za-z0-9_-]{{16,40}}\.[A-Za-z0-9_-]{{30,60}}|pypi-[A-Za-z0-9_-]{{50,500}}|shp(?:at|ss|ca)_[a-fA-F0-9]{{32}}|AGE-SECRET-KEY-1[A-Z0-9]{{50,60}}|\d{{8,10}}:AA[A-Za-z0-9_-]{{32,35}}|sq0(?:atp|csp)-[A-Za-z0-9_-]{{20,50}}|key-[a-f0-9]{{32}}|lin_api_[A-Za-z0-9]{{32,60}}|tvly-[A-Za-z0-9-]{{20,60}}|gsk_[A-Za-z0-9]{{40,60}}|xai-[A-Za-z0-9]{{40,100}}){_END}", ("npm_", "hf_", "dop_v1_", "SG.", "pypi-", "shpat_", "shpss_", "shpca_", "AGE-SECRET", ":AA", "sq0", "key-", "lin_api_", "tvly-", "gsk_", "xai-")),
    _Detector("secret", "authorization header", r"\b(?:[Bb]earer|[Bb]asic|[Tt]oken) (?P<v>[A-Za-z0-9._~+/-]{16,4000}={0,2})", ("earer ", "asic ", "oken "), lambda text: _random(text)),
    _Detector("secret", "password in an address", r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@\"'<>]{0,128}:(?P<v>[^\s/@\"'<>]{1,256})@", ("://",), lambda text: not _placeholder(text)),
    _Detector("card", "card number", r"(?<![\d.+-])[2-6](?:[ -]?\d){12,18}(?!\d|[.-]\d)", (), _card),
    _Detector("account", "IBAN", r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Za-z0-9])", (), _iban),
    _Detector("national id", "US social security number", r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\d-])", ("-",)),
    _Detector("national id", "UK national insurance number", r"(?<![A-Za-z0-9])(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D](?![A-Za-z0-9])"),
    _Detector("national id", "French social security number", r"(?<!\d)(?<!\d )[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d\d ?\d{3} ?\d{3} ?\d\d(?! ?\d)", (), _nir),
    _Detector("national id", "Spanish DNI", r"(?<![A-Za-z0-9])(?:\d{8}|[XYZ]-?\d{7})-?[A-Z](?![A-Za-z0-9])", (), lambda text: _dni(text)),
    _Detector("national id", "Italian codice fiscale", r"(?<![A-Za-z0-9])[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z](?![A-Za-z0-9])", (), _codice_fiscale),
    _Detector("national id", "Brazilian CPF", r"(?<![\d.])\d{3}\.\d{3}\.\d{3}-\d\d(?!\d)", ("-",), _cpf),
    _Detector("national id", "Indian Aadhaar", r"(?<!\d)(?<!\d[ -])[2-9]\d{3}([ -])\d{4}\1\d{4}(?![ -]?\d)", (), _aadhaar),
    _Detector("email", "e-mail address", r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}", ("@",)),
    _Detector("phone", "telephone number", r"(?<![\w./@:-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,4}\)[ .-]?)?\d{2,5}(?:[ .-]\d{2,5}){1,4}(?![\w@/-])|(?<![\w.])\+\d{8,15}(?!\d)", (), _phone),
)  # fmt: skip
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

_NAMED = r"(?:pass(?:word|wd|phrase|code)|pwd|secret|api[_ -]?key|apikey|access[_ -]?key|auth[_ -]?key|account[_ -]?key|private[_ -]?key|signing[_ -]?key|encryption[_ -]?key|token|credentials?|bearer|authorization|cookie|connection[_ -]?string|\bpin\b|\bcvv2?\b|\bcvc\b|otp)"
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
_ASSIGNMENT = rf"(?i:{_NAMED})[\w-]{{0,24}}[\"']?\s{{0,3}}(?P<how>=>|:=|==|=|:|(?i:\bis\b|\bwas\b))\s{{0,3}}(?P<quote>[\"'`]?)(?P<v>[^\s\"'`,;<>(){{}}\[\]]{{4,256}})"
_KEY_NAME = rf"(?i:(?:.{{0,40}}[_.\- ])?{_NAMED}s?(?:[_.\- ].{{0,24}})?)"
_NOT_SECRET = re.compile(
    r"(?i)\[?(?:redacted|\x1f)|\*+|x{3,}|\.{3}|\$|%|\{\{|<|none|null|nil|true|false|undefined|your[_-]|my[_-]|example|placeholder|change[_-]?me|os\.|env\b|process\.|getenv|config\.|self\.|args\.|settings\.|string\b|str\b|int\b|https?://"
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


def _assigned(text: str) -> Iterator[Found]:
    """Yield the values of assignments to secret names: "password=...", "the api key is ...", "token: ..."."""
    for match in _compiled(_ASSIGNMENT).finditer(text):
        value, how = match["v"].rstrip(".!?"), match["how"].lower()
        strong = bool(re.match(r"(?i)pass|pwd|secret|cookie|pin|cv|otp", match[0]))
        told = any(one.isdigit() for one in value) or (value != value.lower() and value != value.capitalize())
        symbols = bool(re.search(r"[^\w.-]", value))
        if _placeholder(value) or _COUNTS.fullmatch(match[0].partition(how)[0].strip("\"' ")):
            continue
        written = how in ("=", ":=") and strong and len(value) >= 6 and not re.search(r"[.(]", value)
        quoted = bool(match["quote"]) and len(value) >= 6 and strong
        if (
            written
            or quoted
            or (
                (told or symbols)
                and (strong or _random(value) or (len(value) >= 8 and told and how not in ("is", "was", ":")))
            )
        ):
            yield "secret", "assigned secret", match.start("v"), match.start("v") + len(value)


def _named_secret(key: str) -> bool:
    return len(key) <= 80 and bool(_compiled(_KEY_NAME).fullmatch(key)) and not _COUNTS.fullmatch(key)


def _worth_hiding(value: object) -> bool:
    """Whether a value under a secret's name is one: text or a number that is neither empty nor a placeholder."""
    if isinstance(value, bool) or value is None or isinstance(value, float):
        return False
    return isinstance(value, str | int) and len(str(value)) >= 3 and not _placeholder(str(value))


# Numbers whose checksum is too weak to stand alone: the word must be near.
_NEARBY = (
    (("ssn", "social security"), r"(?i)\b(?:ssn|social security)\b[^\d\n]{0,30}(?P<v>\d{9})(?!\d)", "US social security number", lambda digits: digits[:3] not in ("000", "666") and digits[0] != "9"),
    (("sin", "social insurance"), r"\b(?:SIN|(?i:social insurance))\b[^\d\n]{0,30}(?P<v>\d{3}[ -]?\d{3}[ -]?\d{3})(?!\d)", "Canadian social insurance number", lambda text: _luhn(_digits(text))),
    (("bsn", "burgerservicenummer"), r"\b(?:BSN|(?i:burgerservicenummer))\b[^\d\n]{0,30}(?P<v>\d{9})(?!\d)", "Dutch BSN", lambda digits: sum((9 - n if n < 8 else -1) * int(one) for n, one in enumerate(digits)) % 11 == 0),
    (("passport",), r"(?i)\bpassport\b[^\d\n]{0,30}?(?P<v>\b[A-Z]{0,2}\d{6,9})(?!\d)", "passport number", lambda text: True),
)  # fmt: skip


def _in_context(text: str, low: str) -> Iterator[Found]:
    for signs, form, name, check in _NEARBY:
        if not any(sign in low for sign in signs):
            continue
        for match in _compiled(form).finditer(text):
            if check(match["v"]):
                yield "national id", name, *match.span("v")


# ---- what a person should decide about -------------------------------------------------------------------------------

_PERSON = r"\b(?:i|i'm|i've|im|my|me|he|she|his|her|husband|wife|son|daughter|mother|father|mom|dad|brother|sister|patient|user|(?:was|is|been) diagnosed)\b"
# Common words with other meanings are left out.
_TOPICS: Mapping[str, frozenset[str]] = {
    "health": (words.CONDITIONS | words.STATES_OF_HEALTH)
    - frozenset("add, ms, blind, deaf, a concussion".split(", "))
    | frozenset(
        "diagnosed with, allergic to, my therapist, my psychiatrist, my diagnosis, my medication, my prescription, my surgery, my chemo, his diagnosis, "
        "her diagnosis, miscarriage, abortion, rehab, overdose, suicidal, antidepressant, antidepressants, chemotherapy".split(", ")
    ),
    "religion": frozenset(words.RELIGIONS) - {"orthodox", "jain"},
    "politics": frozenset(
        "voted for, vote labour, vote republican, vote democrat, vote conservative, vote green, vote tory, registered democrat, registered republican, "
        "a democrat, a republican, a socialist, a communist, a libertarian, an anarchist, a tory, party member".split(", ")
    ),
    "sexuality": frozenset(
        "gay, lesbian, bisexual, homosexual, asexual, pansexual, transgender, trans man, trans woman, came out as, sexual orientation".split(", ")
    ),
    "biometrics": frozenset(
        "fingerprint, fingerprints, face id scan, face scan, retina scan, iris scan, voiceprint, dna test, dna sample, dna profile, dna results, "
        "genetic test, genetic profile, genetic data".split(", ")
    ),
}  # fmt: skip


def _sensitive(low: str) -> Iterator[Found]:
    """Yield words on matters that wait for review, where the sentence speaks of a person; `low` is lower-case text."""
    stops: list[int] | None = None
    persons: set[int] = set()
    for kind, terms in _TOPICS.items():
        # Looking for each as it is takes a fraction of what one expression of all of them does.
        there = [re.escape(term) for term in sorted(terms, key=len, reverse=True) if term in low]
        if not there:
            continue
        if stops is None:
            stops = [stop.end() for stop in _compiled(r"[.!?\n]+(?:\s|$)").finditer(low)]
            persons = {bisect_right(stops, one.start()) for one in _compiled(_PERSON).finditer(low)}
        for match in re.finditer(rf"(?<![\w-])(?:{'|'.join(there)})(?![\w-])", low):
            if bisect_right(stops, match.start()) in persons:
                yield kind, match[0], match.start(), match.end()
