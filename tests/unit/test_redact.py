"""Redaction: what is found, what is masked, what is left alone, and that it is quick whatever the text holds."""

from __future__ import annotations

import base64
import random
import re
import time
import uuid
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.extraction import secrets
from holdfast.errors import InvalidInput
from holdfast.redact import POLICY, policy, redact, redact_json


@pytest.mark.parametrize("kind", secrets())
def test_each_kind_is_masked_wherever_it_stands(kind: str) -> None:
    """At the start, in the middle, at the end, in quotes, and twice."""
    secret = secrets()[kind]
    if kind in ("password in an address", "assigned password"):
        secret = {
            "password in an address": f"redis://:{secret}@h/0",
            "assigned password": f"password={secret}",
        }[kind]
    core = secrets()[kind]
    for text in (
        secret,
        f"use {secret} please",
        f"it is {secret}",
        f'"{secret}"',
        f"{secret}\n{secret}",
        f"({secret})",
    ):
        masked = redact(text)
        assert core not in masked.value, text
        assert "[redacted:" in masked.value
        assert masked.action == "redact"


@pytest.mark.parametrize(
    "text",
    [
        "order 4111 1111 1111 1112", "call us at 2024-05-13 12:00", "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "the token count is 4096", "max_tokens=4096",
        "my password is wrong", "password: required", "token: str = None", "password=os.environ['DB']", "the secret is out", "DE89 3704 0044 0532 0130 01",
        "id 123e4567-e89b-12d3-a456-426614174000", "version 1.2.3 on 10.0.0.1", "12345678A", "111.444.777-36", "api_key=YOUR_API_KEY", "password=********",
        "https://example.org/a:b@c", "000-12-3456", "the health check of the server", "a conservative estimate", "the api key is stored in Vault", "pinned at 4:30",
    ],
)  # fmt: skip
def test_what_only_looks_like_one_is_left_alone(text: str) -> None:
    """Wrong checksums, counts, placeholders, code and ordinary talk stay as they are."""
    assert redact(text).value == text


@pytest.mark.parametrize(
    "text",
    [
        "4111\u00a01111\u20091111\u20021111", "4111\u20131111\u20131111\u20131111", "4111\u200b1111\u200b1111\u200b1111", "\uff14\uff11\uff11\uff11 \uff11\uff11\uff11\uff11 \uff11\uff11\uff11\uff11 \uff11\uff11\uff11\uff11",
        "\u0664\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661", "4111.1111.1111.1111", "4111  1111  1111  1111", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "3782 822463 10005",
        "219\u201109\u20119999", "s\u200bk-proj-a1B2c3D4e5F6g7H8i9J0k1L2", "de89 3704 0044 0532 0130 00", "DE89-3704-0044-0532-0130-00",
    ],
)  # fmt: skip
def test_odd_spellings_are_read_as_they_look(text: str) -> None:
    """Other digits, dashes and spaces, characters that nobody sees, lower case and other groups hide nothing."""
    masked = redact(f"it is {text}, thanks").value
    assert re.fullmatch(r"it is \[redacted:[a-z ]+\], thanks", masked), masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("4111 1111 1111 1111 12/27 123", "[redacted:card] 12/27 123"), ("BE68 5390 0754 7034 EUR 300", "[redacted:account] EUR 300"),
        ('{"password": "correct horse battery", "n": 1}', '{"password": "[redacted:secret]", "n": 1}'), ("cvv: 123", "cvv: [redacted:secret]"), ("visa-4111111111111111", "visa-[redacted:card]"),
        ('{"a": "{\\"api_key\\": \\"plain\\"}"}', '{"a": "{\\"api_key\\": \\"[redacted:secret]\\"}"}'), ("password=$ecret1", "password=[redacted:secret]"),
    ],
)  # fmt: skip
def test_what_stands_beside_a_secret_is_kept(text: str, masked: str) -> None:
    """All of a secret is masked, and nothing of what follows it."""
    assert redact(text).value == masked


def test_talk_of_programs_keeps_its_numbers_and_names() -> None:
    """Hashes, ids, ports, versions, code and paths are no secrets, however many there are."""
    some = random.Random(7)

    def digits(n: int) -> str:
        return "".join(some.choices("0123456789", k=n))

    def port() -> int:
        return some.choice((8080, 9090, 3000, 5432, some.randint(1024, 9999)))

    for _ in range(300):
        word = some.randbytes(32).hex()
        text = (
            f"commit {word[:40]} ({word[:7]}) of {uuid.UUID(int=some.getrandbits(128))}, image@sha256:{word}, ports {port()} {port()} {port()}, "
            f"10.0.{some.randint(0, 255)}.{some.randint(0, 255)}:{port()}, v2026.{some.randint(1, 12):02}.{some.randint(1, 999)}, at {some.randint(10**12, 2 * 10**12)}, "
            f"ISBN 978-3-{digits(2)}-{digits(6)}-{digits(1)}, order {digits(8)}, tracking {digits(4)} {digits(4)} {digits(4)}, data:image/png;base64,{base64.b64encode(some.randbytes(60)).decode()}"
        )  # fmt: skip
        assert redact(text).value == text
    code = """tokenizer = AutoTokenizer.from_pretrained(name); token = generateToken(); password = getPassword(); password=cfg.dbPassword
user.password = hashedPassword; carbon footprint: 12kgCO2; hotplug=enabled1; secretary: McDonald; PIN: GPIO17; private key: ~/.ssh/id_ed25519
secret_name: db-credentials-v2; password_reset_url=/accounts/reset/v2; connection string: postgres://localhost:5432/app; sk-learn-contrib-2024-extension-pack"""
    assert redact(code).value == code
    strict = policy({"email": "redact", "phone": "redact"})
    for text in (
        "git@github.com:org/repo.git",
        "npm i @types/node@18.0.0",
        "ports 8080 9090",
        "2018 2005 1994",
        "host 10.229.128.7:3000",
    ):
        assert redact(text, strict).value == text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("mail ada@example.org", "email"), ("ring +44 20 7946 0958", "phone"), ("I have type 2 diabetes", "health"), ("my wife is Catholic", "religion"),
        ("I voted for the greens", "politics"), ("he came out as gay", "sexuality"), ("my fingerprint is on file", "biometrics"), ("NINO: AB123456C", "national id"),
        ("DNI 12345678Z", "national id"), ("SIN: 046 454 286", "national id"), ("aadhaar 2341 2341 2346", "national id"), ("RSSMRA85T10A562S", "national id"),
        ("1 84 12 76 451 089 46", "national id"), ("passport no. X1234567", "national id"),
    ],
)  # fmt: skip
def test_other_classes(text: str, kind: str) -> None:
    """Each is found in its class, and dealt with as the table says."""
    found = redact(text)
    assert kind in {one.kind for one in found.findings}
    assert ("[redacted:" in found.value) == (POLICY[kind] == "redact")
    assert found.action == POLICY[kind]


def test_the_policy_is_a_table() -> None:
    """A class can be masked, blocked, left to review or allowed; the strictest action of a text is told."""
    text = "I'm diabetic, mail ada@example.org"
    assert redact(text).action == "review"
    strict = redact(text, policy({"email": "redact", "health": "block"}))
    assert strict.value == "I'm [redacted:health], mail [redacted:email]"
    assert strict.action == "block"
    card = "4111 1111 1111 " + "1111"
    assert redact(card, policy({"card": "allow"})).value == card
    for wrong in ({"gossip": "redact"}, {"card": "shred"}):
        with pytest.raises(InvalidInput):
            policy(wrong)


def test_spans_are_those_of_the_text_given() -> None:
    """A finding says where in the unmasked text it was."""
    text = "a 219-09-" + "9999 b ada@example.org"
    assert [text[one.start : one.end] for one in redact(text).findings] == [
        "219-09-" + "9999",
        "ada@example.org",
    ]


def test_json_is_masked_by_key_and_by_what_strings_hold() -> None:
    """Nested values, keys, numbers and what stands under a secret's name are masked; the rest and the input stay."""
    given_: dict[str, Any] = {
        "password": "hunter", "headers": [{"X-Api-Key": "plain"}], "usage": {"total_tokens": 12, "ok": True, "none": None}, "card": 4111111111111111,
        "note": "see 219-09-" + "9999", "secret": None,
    }  # fmt: skip
    masked = redact_json(given_)
    assert masked.value == {
        "password": "[redacted:secret]", "headers": [{"X-Api-Key": "[redacted:secret]"}], "usage": {"total_tokens": 12, "ok": True, "none": None},
        "card": "[redacted:card]", "note": "see [redacted:national id]", "secret": None,
    }  # fmt: skip
    assert [one.path for one in masked.findings] == ["password", "headers.0.X-Api-Key", "card", "note"]
    assert given_["password"] == "hunter"


def test_json_nested_too_deep_is_masked_unread() -> None:
    """A tower of lists ends in a mask, not in an error."""
    tower: Any = "end"
    for _ in range(5_000):
        tower = [tower]
    assert "[redacted:secret]" in str(redact_json(tower).value)


def test_a_key_that_is_cut_off_is_masked() -> None:
    """A private key without its end is masked as far as it looks like one; what follows a blank is kept."""
    text = "-----BEGIN PRIVATE" + " KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC"
    assert redact(text).value == "[redacted:secret]"


PIECES = [*secrets().values(), "password=", "api_key: ", "Bearer ", "\n", " ", "=", "://", "@", ":", "4", "11", "-", "a", "Z", "[redacted:secret]", "my", "is"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=12).map("".join))
@example("password=[redacted:secret]")
def test_masking_twice_changes_nothing(text: str) -> None:
    """The mask of a mask is itself; findings are in order, apart, and inside the text."""
    once = redact(text)
    assert redact(once.value).value == once.value
    spans = [(one.start, one.end) for one in once.findings]
    assert spans == sorted(spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert all(0 <= start < end <= len(text) for start, end in spans)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
        lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=12), x, max_size=3),
        max_leaves=12,
    )
)
def test_any_json_keeps_its_shape(value: Any) -> None:
    """Masking JSON raises nothing and changes only leaves."""
    masked = redact_json(value).value
    assert type(masked) is type(value) or isinstance(masked, str)
    if isinstance(value, list):
        assert len(masked) == len(value)


MEGABYTE = 1_000_000
HOSTILE = [
    "a", "1", "1 ", "a.", "@", "a@", "a://", "-----BEGIN PRIVATE " + "KEY-----\n", "password ", "password=", "eyJ", "eyJaaaaaaaa.", "DE89 ", " ", "password" + " " * 50, "1-", "12 12 ",
    "ssn ", "i have diabetes. ", "'", "AA11", "+1", "sk-", "Bearer ", "4111 1111 1111 1111 ", "token=a", "https://a:b", "\\n",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_anything_is_quick(piece: str) -> None:
    """Eight times as much takes about eight times as long, and not its square: half a second is usual at worst."""

    def spent(size: int) -> float:
        text = piece * (size // len(piece))
        began = time.process_time()
        redact(text)
        return time.process_time() - began

    assert spent(MEGABYTE) < 30 * max(spent(MEGABYTE // 8), 0.02)


@pytest.mark.parametrize(
    "id",
    [
        "01a21fea-5ae3-7c96-be19-6fc1b5ff2ffa", "01a21fea-5ec5-7ae9-be67-7d21683824e7", "01A21FEA-5EC5-7AE9-BE67-7D21683824E7",
    ],
)  # fmt: skip
def test_an_id_is_no_account_number(id: str) -> None:
    """One id in 20,000 holds letters and digits with the checksum of one; an account number beside it is masked."""
    assert redact(f"see memory {id} for that").value == f"see memory {id} for that"
    assert redact_json({"asked": [id]}).value == {"asked": [id]}
    told = redact(f"{id}: DE89 3704 0044 0532 0130 00, and 4111 1111 1111 1111").value
    assert told == f"{id}: [redacted:account], and [redacted:card]"


def test_no_id_of_twenty_thousand_is_masked() -> None:
    """Whatever its digits are."""
    chance = random.Random(7)
    ids = [str(uuid.UUID(int=chance.getrandbits(128), version=4)) for _ in range(20_000)]
    for at in range(0, len(ids), 100):
        text = " ".join(ids[at : at + 100])
        assert redact(text).value == text
