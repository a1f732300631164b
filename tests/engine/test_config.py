"""Settings: which wins, where each came from, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from holdfast import Memory
from holdfast.config import settings
from holdfast.errors import ConfigError, HoldfastError, InvalidInput, ModelMismatch, StoreReadOnly
from holdfast.testing import HashingEmbedder


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in an empty folder, with a data folder of its own."""
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_DATA_HOME", "HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "data"))


def origins() -> dict[str, tuple[object, str]]:
    """Return each setting's value and origin without arguments."""
    return {name: (one.value, one.origin) for name, one in settings().items()}


def test_precedence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An argument wins over the environment, that over holdfast.toml, that over the default; each tells its origin."""
    assert origins()["language"] == ("english", "default")
    assert origins()["embedder"] == ("minilm", "default")
    assert str(tmp_path / "data") in str(origins()["store"][0])
    Path("holdfast.toml").write_text('language = "german"\nstore = "sqlite:///toml.db"\nembedder = "none"\n')
    assert origins()["language"] == ("german", "holdfast.toml")
    monkeypatch.setenv("HOLDFAST_LANGUAGE", "french")
    assert origins()["language"] == ("french", "environment HOLDFAST_LANGUAGE")
    assert settings(language="dutch")["language"].to_json() == {
        "name": "language", "value": "dutch", "origin": "argument",
    }  # fmt: skip
    assert settings(embedder=None)["embedder"].value is None
    with Memory() as memory:
        memory.scoped(user="ada").save("hallo")
    assert Path("toml.db").exists()
    monkeypatch.setenv("HOLDFAST_STORE", "sqlite:///environment.db")
    Memory().close()
    Memory("sqlite:///argument.db").close()
    assert {path.name for path in tmp_path.glob("*.db")} == {"toml.db", "environment.db", "argument.db"}


def test_the_default_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    """`Memory()` makes its folder and finds its memories again."""
    with Memory(embedder=None) as memory:
        memory.scoped(user="ada").save("hello")
    with Memory(embedder=None) as memory:
        assert [item.text for item in memory.scoped(user="ada").list()] == ["hello"]
    assert [path.name for path in (tmp_path / "data").rglob("memory.db")] == ["memory.db"]


def test_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """The refusal names it and what to do instead; it is of our own tree of errors."""
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StoreReadOnly, match=r"data.*HOLDFAST_STORE"):
        Memory(embedder=None)


def test_a_file_of_settings_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the right to read it, the refusal names the file."""
    (tmp_path / "holdfast.toml").write_text("language = 'german'")

    def refuse(self: Path, *_: object) -> str:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(ConfigError, match=r"holdfast\.toml: cannot be read \(Permission denied\)"):
        settings()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("store = ", "TOML"),
        ("colour = 'red'", "colour"),
        ("language = 5", "language"),
        ("\xff", "TOML"),
        ("mounts = 1979-05-27", "mounts must be a string, or a table"),
        ("[mounts]\nbook = 3", "a table of URLs by name"),
    ],
)
def test_a_broken_file_of_settings(content: str, says: str) -> None:
    """It is named with what is wrong in it."""
    Path("holdfast.toml").write_bytes(content.encode("latin-1"))
    with pytest.raises(ConfigError, match=rf"holdfast\.toml.*{says}"):
        Memory()


@pytest.mark.parametrize("url", ["memory.db", "", "sqlite", "mysql://x", "sqlite:/x", "sqlite://x.db"])
def test_a_url_that_names_no_store(url: str) -> None:
    """It is refused with where it came from and an example or the schemes known; nothing is made."""
    with pytest.raises(HoldfastError, match=r"argument|folder"):
        Memory(url, embedder=None)
    assert list(Path().iterdir()) == []


def test_an_unusable_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is refused with where it came from."""
    monkeypatch.setenv("HOLDFAST_EMBEDDER", "gpt-9")
    with pytest.raises(ConfigError, match=r"HOLDFAST_EMBEDDER.*gpt-9"):
        Memory("sqlite:///a.db")
    for bad in (5, object(), HashingEmbedder):
        with pytest.raises(ConfigError, match="embedder from argument"):
            Memory("sqlite:///a.db", embedder=bad)
    for name, bad in (
        ("id", 5),
        ("id", "half \ud800"),
        ("id", "none"),
        ("dimension", True),
        ("dimension", 0),
    ):
        odd = HashingEmbedder()
        setattr(odd, name, bad)
        with pytest.raises(ConfigError, match=rf"embedder\.{name}"):
            Memory("sqlite:///a.db", embedder=odd)


def test_a_dimension_may_be_a_number_of_numpy() -> None:
    """Models of numpy's friends tell it so; the store keeps it all the same."""
    odd: Any = HashingEmbedder(64)
    odd.dimension = np.int64(64)
    with Memory("sqlite:///a.db", embedder=odd) as memory:
        memory.scoped(user="ada").save("hello there")
        assert memory.scoped(user="ada").search("hello")[0].text == "hello there"
        other: Any = HashingEmbedder(32)
        other.dimension = np.int64(32)
        assert memory.reembed(other).state == "finished"


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("redact", "x"), ("clock", 5), ("clock", "now"), ("memory_budget", "1 GB"), ("memory_budget", -1), ("attributes", ["a"]),
        ("policy", 5), ("extractors", None), ("extractors", 5), ("many", "city"), ("model_calls", 0), ("actor", 5),
    ],
)  # fmt: skip
def test_an_argument_of_another_kind(name: str, bad: object) -> None:
    """It is named when the memory is opened, not met at the first save; no file is made."""
    with pytest.raises(InvalidInput) as error:
        Memory("sqlite:///a.db", embedder=None, **{name: bad})
    assert error.value.field == name
    assert not Path("a.db").exists()


def test_an_unknown_language_leaves_no_trace() -> None:
    """It is refused, naming it, and the store can be opened with a known one afterwards."""
    for bad in ("klingon", "", 5):
        with pytest.raises(HoldfastError, match="language"):
            Memory("sqlite:///a.db", embedder=None, language=bad)
    with Memory("sqlite:///a.db", embedder=None, language="german") as memory:
        memory.scoped(user="ada").save("Die Häuser sind alt")
        assert memory.scoped(user="ada").search("Haus")[0].text == "Die Häuser sind alt"


def test_a_language_belongs_to_its_store() -> None:
    """Stems of two languages do not match, so another language is refused; without one the store's own is used."""
    Memory("sqlite:///a.db", embedder=None, language="german").close()
    with pytest.raises(ConfigError, match=r"'german'.*'english'"):
        Memory("sqlite:///a.db", embedder=None, language="english")
    with Memory("sqlite:///a.db", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        ada.save("Die Häuser sind alt")
        ada.save("Ein Auto")
        assert [hit.text for hit in ada.search("Häusern", k=1)] == ["Die Häuser sind alt"]


def test_vectors_of_another_model_are_refused() -> None:
    """The refusal names both models; without a model the store still answers by words."""
    with Memory("sqlite:///a.db", embedder=HashingEmbedder(64)) as memory:
        memory.scoped(user="ada").save("hello there")
    with pytest.raises(ModelMismatch, match=r"hashing-64.*hashing-32"):
        Memory("sqlite:///a.db", embedder=HashingEmbedder(32))
    with Memory("sqlite:///a.db", embedder=None) as memory:
        ada = memory.scoped(user="ada")
        assert ada.search("hello")[0].text == "hello there"
        ada.save("good bye")
    with Memory("sqlite:///a.db", embedder=HashingEmbedder(64)) as memory:
        assert {hit.text for hit in memory.scoped(user="ada").search("hello bye")} == {
            "hello there",
            "good bye",
        }


def test_vectors_of_another_length_are_refused() -> None:
    """A model that was changed under its old name is met by its first text or query, and nothing of it is written."""

    def named(dimension: int) -> HashingEmbedder:
        made = HashingEmbedder(dimension)
        made.id = "house"
        return made

    with Memory("sqlite:///a.db", embedder=named(64)) as memory:
        memory.scoped(user="ada").save("hello there")
    says = r"house of dimension 64.*house of dimension 32"
    with Memory("sqlite:///a.db", embedder=named(32)) as memory:
        ada = memory.scoped(user="ada")
        with pytest.raises(ModelMismatch, match=says):
            ada.search("hello")
        with pytest.raises(ModelMismatch, match=says):
            ada.save("good bye")
    with (
        Memory("sqlite:///a.db", embedder=named(64)) as memory,
        Memory("sqlite:///a.db", embedder=named(64)) as late,
    ):
        ada = memory.scoped(user="ada")
        assert [hit.text for hit in ada.search("hello")] == ["hello there"]
        assert memory.reembed(named(32)).state == "finished"
        ada.save("good bye")
        assert {hit.text for hit in ada.search("hello bye")} == {"hello there", "good bye"}
        with pytest.raises(ModelMismatch, match=r"house of dimension 32.*house of dimension 64"):
            late.scoped(user="ada").search("hello")


def test_two_models_that_race_for_a_new_store() -> None:
    """Both were opened while the store was empty: the second to save is refused, naming both."""
    one = Memory("sqlite:///a.db", embedder=HashingEmbedder(64))
    two = Memory("sqlite:///a.db", embedder=HashingEmbedder(32))
    one.scoped(user="ada").save("hello")
    with pytest.raises(ModelMismatch, match=r"hashing-64.*hashing-32"):
        two.scoped(user="ada").save("good bye")
    assert one.scoped(user="ada").stats().items == 1
    for memory in (one, two):
        memory.close()


def test_a_memory_of_its_own_each_time() -> None:
    """`sqlite://` is a store in memory: two of them share nothing, and no file is made."""
    with Memory("sqlite://", embedder=None) as one, Memory("sqlite://", embedder=None) as two:
        one.scoped(user="ada").save("hello")
        assert one.scoped(user="ada").stats().items == 1
        assert two.scoped(user="ada").stats().items == 0
    assert list(Path().iterdir()) == []
