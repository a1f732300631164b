"""Draw the pictures of the inspector in docs/img from the demo's store: `python -m scripts.screenshots`.

Needs Chromium and playwright, as the tests of the page do. Pictures are at most 200 KB each.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx

from tests.server.browser import Seen, launched, looking
from tests.server.conftest import Served

TARGET = Path(__file__).resolve().parents[1] / "docs" / "img"
LARGEST = 200_000  # bytes
QUESTION = "which+port+does+the+server+listen+on%3F"
AS_ADA = {"reach": "caller", "labels": "user=ada team=core"}
ALL = {"reach": "under", "labels": ""}
LONGEST_AGO = {**ALL, "known": "2026-05-20"}
# name -> view, what is read, colours, size
PICTURES: dict[str, tuple[str, dict[str, str], str, tuple[int, int]]] = {
    "search": (f"#/search?q={QUESTION}&k=7", AS_ADA, "light", (1280, 800)),
    "memory": ("#/memory/{memory}", ALL, "light", (1280, 860)),
    "slots": ("#/slots/server", ALL, "dark", (1280, 760)),
    "past": ("#/slots/server", LONGEST_AGO, "light", (1280, 480)),
    "recall": (f"#/recall?q={QUESTION}&budget=200", AS_ADA, "light", (1280, 860)),
    "sizes": ("#/sizes", ALL, "dark", (1280, 800)),
    "phone": ("#/browse", ALL, "dark", (390, 780)),
}


def main() -> None:
    """Make a store, serve it, and draw every picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run(
            [sys.executable, "-m", "holdfast.cli", "demo", "--keep", name], check=True, capture_output=True
        )
        served = Served(folder, f"sqlite:///{folder}/holdfast-demo.db", ("--open",)).start()
        try:
            ids = _more(served.url)
            with launched() as browser:
                for picture in PICTURES:
                    _draw(browser, served.url, picture, ids)
        finally:
            served.stop()


def _more(url: str) -> dict[str, str]:
    """Add what the demo has none of: versions in other words, a conflict, what waits for review; return ids by name."""
    team = {"Holdfast-Labels": "team=core"}
    with httpx.Client(base_url=f"{url}/api/v1", headers=team, timeout=60) as http:
        for day, port in (("Monday", 8443), ("Tuesday", 9443)):
            http.post(
                "/items",
                json={
                    "text": f"The gateway listens on {port}, said on {day}", "slot": "gateway.port", "value": port,
                    "valid_from": "2026-05-18T00:00:00Z",
                },
            ).raise_for_status()  # fmt: skip
        held = http.get("/current", params={"slot": "server.port"}).json()
        changed = http.patch(
            f"/items/{held['id']}",
            headers={"If-Match": f'"{held["version"]}"'},
            json={
                "text": "The API server listens on port 9191 since 27 May, no longer on 9090", "value": held["value"],
                "reason": "in the words of the runbook",
            },
        )  # fmt: skip
        changed.raise_for_status()
    observed = {"messages": "I am allergic to penicillin."}
    httpx.post(
        f"{url}/api/v1/observe", json=observed, headers={"Holdfast-Labels": "user=bob"}
    ).raise_for_status()
    return {"memory": str(held["id"])}


def _draw(browser: Any, url: str, name: str, ids: dict[str, str]) -> None:
    view, state, colours, (wide, high) = PICTURES[name]
    size = {"width": wide, "height": high}
    with looking(browser, url, json.dumps(state), color_scheme=colours, viewport=size) as seen:
        seen.go(view.format(**ids))
        _save(seen, TARGET / f"inspector-{name}.png")


def _save(seen: Seen, path: Path) -> None:
    seen.page.evaluate("document.activeElement?.blur()")
    drawn = seen.page.screenshot()
    if len(drawn) > LARGEST:
        raise SystemExit(f"{path.name} has {len(drawn):,} bytes, {LARGEST:,} are the most")
    path.write_bytes(drawn)


if __name__ == "__main__":
    main()
