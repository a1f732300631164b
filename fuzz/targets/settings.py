"""`holdfast.toml`: any bytes are settings or a `ConfigError`, and opening with them opens a store or says why not."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from hypothesis import strategies as st

from fuzz.doors import refusing, texts
from holdfast.config import FILE, SETTINGS, kept_language, open_embedder, open_model, open_store, settings

SEEDS = [
    b'store = "sqlite://"\nembedder = "none"\nlanguage = "none"\n',
    b'model = "openai:x"\nbase_url = "http://127.0.0.1:1/v1"\n',
    b'embedder = "ollama:x"\nlanguage = "german"\n',
    b'store = "postgresql://nowhere/x"\n',
    b"[store]\na = 1\n",
    b"\xff",
    b'store = "sqlite:///../\\u0000x"',
]


def check(given: bytes) -> None:
    """Read the file where programs look for it, and open what it names; a server that it names is not called."""
    back = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, FILE).write_bytes(given)
        os.chdir(folder)
        try:
            with refusing():
                found = settings()
                json.dumps([one.to_json() for one in found.values()])
                with refusing():
                    open_model(found["model"], found["base_url"])
                with refusing():
                    open_embedder(found["embedder"], found["base_url"])
                # A store elsewhere is not for a test to make.
                if str(found["store"].value).startswith("sqlite:///") and any(
                    part in str(found["store"].value) for part in ("..", "////", "~", "%")
                ):
                    return
                if found["store"].origin == FILE:
                    store = open_store(found["store"], 2**20)
                    with refusing():
                        kept_language(store, found["language"])
                    store.close()
        finally:
            os.chdir(back)


def inputs() -> st.SearchStrategy[bytes]:
    """Settings that there are and are not, with values that name stores, models and languages, and others."""
    value = st.one_of(
        st.sampled_from(["sqlite://", "sqlite:///x.db", "sqlite:///", "none", "minilm", "english", "German", "openai:x", "ollama:", "anthropic:x", "http://127.0.0.1:1", "http://[", "nope://x"]),
        texts,
    )  # fmt: skip
    name = st.one_of(st.sampled_from([*SETTINGS, *SETTINGS, "stores", ""]), texts)
    written = st.one_of(
        value.map(json.dumps),
        value.map(json.dumps),
        st.sampled_from(["1", "true", "[]", "{}", "1979-05-27", "'x'", '"']),
    )
    line = st.builds(
        lambda key, told: f"{key if key in SETTINGS else json.dumps(key)} = {told}", name, written
    )
    return st.lists(line, max_size=4).map(lambda lines: "\n".join(lines).encode("utf-8", "replace"))
