"""The page at /, in a real browser: every view driven, hostile text inert, nothing said on the console, nothing serious for axe."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest

from holdfast.server import inspector
from tests.server.browser import Seen, complaints, launched, looking, needs_browser
from tests.server.conftest import Served

MARKUP = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>"
TURNED = "invoice \u202egnp.exe\u202c is \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u200b\u2066left open"
LONG = "wide" * 5_000
FACES = "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁳󠁣󠁴󠁿 ✊🏽 e\u0301\u0301\u0301 𒐫"
HOSTILE = (MARKUP, TURNED, LONG, FACES)
VIEWS = (
    "browse",
    "search?q=which+port",
    "slots/server",
    "review",
    "recall?q=which+port",
    "activity",
    "sizes",
    "transfer",
)
AS_ADA = json.dumps({"reach": "caller", "labels": "user=ada"})
Look = Callable[..., AbstractContextManager[Seen]]


class Kept:
    """A server that keeps a small story of Ada's and hostile texts, and the ids of what the tests look for."""

    def __init__(self, served: Served) -> None:
        self.served, self.url = served, served.url
        self.http = httpx.Client(
            base_url=f"{served.url}/api/v1", headers={"Holdfast-Labels": "user=ada"}, timeout=60
        )
        port = partial(self.save, slot="server.port")
        self.first = port("The server listens on port 8080", value=8080, valid_from="2026-04-01T00:00:00Z")
        self.second = port(
            "The server listens on port 9090 now", value=9090, valid_from="2026-05-01T00:00:00Z"
        )
        self.changed = self.save("Prefers quite short answers", kind="preference", tags=["style"])
        self.http.patch(
            f"/items/{self.changed}", headers={"If-Match": '"1"'}, json={"text": "Prefers rather long answers", "reason": "said so"}
        ).raise_for_status()  # fmt: skip
        for city in ("Oslo", "Bergen"):
            self.save(f"Ada lives in {city}", slot="ada.city", value=city, valid_from="2026-03-01T00:00:00Z")
        self.http.post("/observe", json={"messages": "I am allergic to nuts."}).raise_for_status()
        self.hostile = [self.save(text) for text in HOSTILE]
        self.marked = self.save(
            MARKUP, tags=[MARKUP[:30]], speaker=MARKUP, thread=MARKUP, metadata={"<img src=x>": MARKUP}, slot="<b>x</b>.<i>y</i>",
            value=MARKUP, source={"ref": MARKUP, "actor": MARKUP}, reason=MARKUP,
        )  # fmt: skip

    def save(self, text: str, **given: Any) -> str:
        """Save a memory and return its id."""
        made = self.http.post("/items", json={"text": text, **given})
        assert made.status_code == 201, made.text
        return str(made.json()["id"])


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """One open server for the tests that change nothing of each other's."""
    folder = tmp_path_factory.mktemp("inspector")
    served = Served(folder, f"sqlite:///{folder}/memory.db", ("--open",)).start()
    try:
        made = Kept(served)
        yield made
        made.http.close()
    finally:
        assert served.stop() == 0


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all."""
    with launched() as made:
        yield made


@pytest.fixture
def look(browser: Any, kept: Kept) -> Look:
    """Open the page of the server that is kept."""
    return partial(looking, browser, kept.url)


# -- without a browser -------------------------------------------------------------------------------------------------


def test_the_page_is_sent_with_a_strict_policy(kept: Kept) -> None:
    """The page and its files say what a browser may do with them; there is no inline script or style in it."""
    page = httpx.get(kept.url)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page.text)
    for name in re.findall(r'(?:src|href)="(/inspector/[^"]+)"', page.text):
        file = httpx.get(kept.url + name)
        assert file.status_code == 200
        assert file.headers["content-security-policy"] == policy
        assert file.headers["x-content-type-options"] == "nosniff"
        assert httpx.get(kept.url + name, headers={"If-None-Match": file.headers["etag"]}).status_code == 304
    assert httpx.get(f"{kept.url}/inspector/../app.py").status_code == 404


def test_no_text_is_ever_made_markup() -> None:
    """No file of the page uses what turns a text into elements, code or style."""
    scripts = [file for file in files(inspector).iterdir() if Path(file.name).suffix in (".js", ".html")]
    assert len(scripts) > 5
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|DOMParser|\beval\b|new Function|createContextualFragment|setHTML|javascript:|\.style\s*=|cssText"
    assert not [file.name for file in scripts if re.search(forbidden, file.read_text("utf-8"))]
    assert re.search(forbidden, "place.innerHTML = text")


def test_an_open_server_is_no_other_pages(kept: Kept) -> None:
    """What a page from elsewhere makes a browser send, across origins or by a name pointed here, is refused."""
    where = f"{kept.url}/api/v1/stats?under={{}}"
    port = kept.url.rpartition(":")[2]
    assert httpx.get(where).status_code == 200
    assert httpx.get(where, headers={"Origin": kept.url}).status_code == 200
    assert httpx.get(where, headers={"Host": f"rebound.example:{port}"}).status_code == 403
    assert httpx.get(where, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert httpx.get(where, headers={"Origin": "null"}).status_code == 403


# -- every view --------------------------------------------------------------------------------------------------------


@needs_browser
@pytest.mark.slow
class TestViews:
    """Each view does what it is there for."""

    def test_browse(self, look: Look, kept: Kept) -> None:
        """Memories are listed and filtered; a filter is in the address, and what fits nothing says what to do."""
        with look() as seen:
            seen.go("")
            assert "Prefers rather long answers" in seen.text()
            seen.page.get_by_label("Kind").select_option("preference")
            seen.page.wait_for_url("**kind=preference")
            seen.drawn()
            assert seen.page.locator(".row").count() == 1
            seen.go("#/browse?tag=style&since=2026-01-01&text=rather&state=any")
            assert seen.page.locator(".row").count() == 1
            seen.go('#/browse?scope={"user":"nobody"}')
            assert "No memory fits." in seen.text()
            seen.page.get_by_role("link", name="at all of them").click()
            seen.page.locator(".row").first.wait_for()
            seen.page.keyboard.press("j")
            seen.page.keyboard.press("j")
            seen.page.keyboard.press("Enter")
            seen.page.wait_for_url("**#/memory/**")

    def test_search_and_why_not(self, look: Look, kept: Kept) -> None:
        """Hits have their signals as bars; why another memory is not among them is told."""
        with look(state=AS_ADA) as seen:
            seen.go("#/browse")
            seen.page.keyboard.press("/")
            seen.page.get_by_label("Question").fill("which port does the server listen on?")
            seen.page.get_by_label("Hits").fill("1")
            seen.page.keyboard.press("Enter")
            seen.page.locator(".hits .bar").first.wait_for()
            assert seen.page.locator(".hits > .row").count() == 1
            widths = seen.page.locator(".hits .bar").evaluate_all(
                "all => all.map(one => one.getBoundingClientRect().width)"
            )
            assert widths == sorted(widths, reverse=True)
            assert widths[0] > 30
            seen.page.get_by_label("Memory", exact=True).fill(kept.changed)
            seen.press("Why not?")
            seen.page.locator(".verdict").wait_for()
            assert "below k" in seen.text(".verdict")
        with look() as seen:  # of everything there is, too, as far as it was ranked
            seen.go("#/search?q=which+port+does+the+server+listen+on%3F&k=1")
            for id, told in (
                (kept.changed, "below k"),
                ("00000000-0000-7000-8000-000000000000", "as a caller"),
            ):
                seen.page.get_by_label("Memory", exact=True).fill(id)
                seen.press("Why not?")
                seen.page.locator(".whynot + div", has_text=told).wait_for()

    def test_one_memory(self, look: Look, kept: Kept) -> None:
        """A memory shows its text, source and versions with word differences, and its slot over time."""
        with look() as seen:
            seen.go(f"#/memory/{kept.changed}")
            version = seen.page.locator(".timeline li").first
            assert version.locator("del").all_inner_texts() == ["quite short"]
            assert version.locator("ins").all_inner_texts() == ["rather long"]
            assert "said so" in version.inner_text()
            seen.go(f"#/memory/{kept.first}")
            assert "superseded" in seen.text(".head")
            assert seen.page.locator(".spans li").count() == 2
            seen.page.locator(".facts").first.get_by_role("link", name=kept.second[-8:]).click()
            seen.page.wait_for_url(f"**{kept.second}")
            seen.go("#/memory/00000000-0000-7000-8000-000000000000")
            assert "404" in seen.text(".problem")
            seen.said.clear()  # the browser tells of the 404, as it should

    def test_as_known_on_a_day(self, look: Look, kept: Kept) -> None:
        """With a day, what was true or known then is shown, until one goes back to now."""
        with look() as seen:
            seen.go("#/slots/server")
            assert "9090" in seen.text("table")
            seen.page.get_by_label("True on").fill("2026-04-10")
            seen.press("Apply")
            seen.page.locator("td.value", has_text="8080").wait_for()
            assert "As true at the end of 2026-04-10" in seen.text("#past")
            seen.page.get_by_label("True on").fill("")
            seen.page.get_by_label("As known on").fill("2020-01-01")
            seen.press("Apply")
            seen.page.get_by_text("Nothing is known about it here.").wait_for()
            seen.press("Back to now")
            seen.page.locator("td.value", has_text="9090").wait_for()

    def test_recall(self, look: Look, kept: Kept) -> None:
        """The text an agent is given is shown whole, with what was left out; its receipt can be kept."""
        with look(state=AS_ADA) as seen:
            seen.go("#/recall")
            seen.page.get_by_label("Question").fill("which port does the server listen on?")
            seen.page.get_by_label("keep a receipt").check()
            seen.press("Recall")
            seen.page.locator("pre.context").wait_for()
            assert "The server listens on port 9090 now" in seen.text("pre.context")
            seen.page.get_by_text("Memory by memory").click()
            assert "returned" in seen.text("table")
            seen.page.locator(".panel a.id").first.click()
            seen.page.get_by_text("is the order that was answered").wait_for()
            seen.drawn()
            seen.page.get_by_label("Why was a memory not in it?").fill("00000000-0000-7000-8000-000000000000")
            seen.press("Why not?")
            seen.page.locator(".verdict").wait_for()
            assert "not visible" in seen.text(".verdict")
            seen.press("Run it again")
            seen.page.locator(".verdict", has_text="the same answer as then").wait_for()
            seen.go("#/recall")
            seen.page.get_by_role("link", name="which port does the server listen on?").click()
            seen.page.get_by_text("is the order that was answered").wait_for()

    def test_sizes_and_activity(self, look: Look, kept: Kept) -> None:
        """Counts and plots are drawn; a change that is made meanwhile appears by itself."""
        with look() as seen:
            seen.go("#/sizes")
            assert seen.page.locator(".growth svg .line").count() == 1
            assert "user=ada" in seen.text()
            seen.go("#/activity")
            seen.page.locator(".live.on").wait_for()
            kept.save("Said while somebody looks on")
            seen.page.locator(".fresh", has_text="Said while somebody looks on").wait_for()

    def test_export(self, look: Look, kept: Kept) -> None:
        """An export is downloaded, of what the labels reach."""
        with look() as seen:
            seen.go("#/transfer")
            with seen.page.expect_download() as coming:
                seen.press("Download")
            lines = Path(coming.value.path()).read_text("utf-8").splitlines()
            assert kept.first in "".join(lines)
            seen.page.get_by_text("SHA-256").wait_for()


@needs_browser
@pytest.mark.slow
class TestChanges:
    """What a person may change from the page."""

    def test_update_delete_restore(self, look: Look, kept: Kept) -> None:
        """A memory gets a version, leaves, and comes back; a stale page is told so."""
        id = kept.save("The office is on Elm Street")
        with look() as seen:
            seen.go(f"#/memory/{id}")
            seen.press("Update")
            seen.page.get_by_label("Text").fill("The office is on Oak Street")
            seen.page.get_by_label("Why (kept in the history)").fill("we moved")
            seen.press("Write version 2")
            seen.page.locator(".timeline li").nth(1).wait_for()
            assert kept.http.get(f"/items/{id}").json()["text"] == "The office is on Oak Street"
            seen.press("Update")
            kept.http.patch(
                f"/items/{id}", headers={"If-Match": '"2"'}, json={"text": "The office is on Ash Street"}
            )
            seen.page.get_by_label("Text").fill("The office is on Fir Street")
            seen.press("Write version 3")
            seen.page.locator(".problem", has_text="Ash Street").wait_for()
            seen.said.clear()  # the browser tells of the 409, as it should
            seen.go("#/browse")
            seen.go(f"#/memory/{id}")
            seen.press("Delete")
            seen.page.locator("form[aria-label=Delete] button.danger").click()
            seen.page.get_by_role("button", name="Restore").click()
            seen.page.get_by_role("button", name="Update", exact=True).wait_for()
            assert kept.http.get(f"/items/{id}").json()["version"] == 5

    def test_a_slot_changes_with_its_value(self, look: Look, kept: Kept) -> None:
        """In a slot the value goes with the text, and a world that changed leaves the old value true until then."""
        id = kept.save("The gate opens at 7", slot="gate.hour", value=7, valid_from="2026-01-01T00:00:00Z")
        with look() as seen:
            seen.go(f"#/memory/{id}")
            seen.press("Update")
            seen.page.get_by_role("textbox", name="Text", exact=True).fill("The gate opens at 8")
            seen.page.get_by_label("Value of gate.hour").fill("8")
            seen.page.get_by_label("What happened").select_option("day")
            seen.page.get_by_label("That day").fill("2026-02-01")
            seen.press("Write version 2")
            seen.page.locator("#told", has_text="is written").wait_for()
        values = {
            at: kept.http.get("/current", params={"slot": "gate.hour", "valid_at": f"{at}T12:00:00Z"}).json()[
                "value"
            ]
            for at in ("2026-01-15", "2026-02-15")
        }
        assert values == {"2026-01-15": 7, "2026-02-15": 8}

    def test_conflicts_are_settled(self, look: Look, kept: Kept) -> None:
        """Two that contradict each other stand side by side; one is kept."""
        with look() as seen:
            seen.go("#/slots")
            side = seen.page.locator(".dispute li", has_text="Bergen")
            side.get_by_role("button", name="Keep this one").click()
            seen.page.get_by_text("No open conflicts.").wait_for()
        assert kept.http.get("/current", params={"slot": "ada.city"}).json()["value"] == "Bergen"

    def test_review(self, look: Look, kept: Kept) -> None:
        """What waits is edited and approved, or rejected; the count beside the view's name follows."""
        with look() as seen:
            seen.go("#/review")
            assert seen.text("#views .number") == "1"
            seen.page.get_by_label("Text (change it before you approve)").fill("I am allergic to walnuts.")
            seen.press("Approve")
            seen.page.get_by_text("Approved: it is a memory now.").wait_for()
            kept.http.post("/observe", json={"messages": "I take insulin."}).raise_for_status()
            seen.page.reload()
            seen.drawn()
            seen.press("Reject")
            seen.page.get_by_text("Rejected: it stays out.").wait_for()
        assert kept.http.post("/review", json={}).json()["items"] == []
        texts = [
            one["text"]
            for one in kept.http.get("/items", params={"where": '{"contains":{"text":"allergic"}}'}).json()[
                "items"
            ]
        ]
        assert "I am allergic to walnuts." in texts

    def test_erase(self, look: Look, kept: Kept) -> None:
        """What would go is shown first; only the typed word erases it."""
        ids = [kept.save(f"Forget the zebra, number {n}", tags=["zebra"]) for n in (1, 2)]
        with look(state=json.dumps({"reach": "under", "labels": "user=ada"})) as seen:
            seen.go("#/transfer")
            seen.page.get_by_label("Tag").fill("zebra")
            seen.press("See what would go")
            seen.page.get_by_text("2 memories would go").wait_for()
            seen.page.get_by_text("Forget the zebra, number 1").wait_for()
            erase = seen.page.get_by_role("button", name="Erase for good")
            assert erase.is_disabled()
            assert kept.http.get(f"/items/{ids[0]}").status_code == 200
            seen.page.get_by_label("Type “erase 2” to confirm").fill("erase 2")
            erase.click()
            seen.page.locator("#told", has_text="Erased 2 memories.").wait_for()
        assert [kept.http.get(f"/items/{id}").status_code for id in ids] == [404, 404]


# -- keys, hostile text, and whoever cannot see or point ----------------------------------------------------------------


@needs_browser
@pytest.mark.slow
def test_a_key_is_asked_for_and_reads_what_it_may(browser: Any, serving: Callable[..., Served]) -> None:
    """Without a key the page asks for one; with one that has a ceiling it reads what a caller with it sees, and no more."""
    served = serving()
    good = served.key("--scope", "user=ada")
    for key, text in ((good, "Ada's own"), (served.key("--scope", "user=bob"), "Bob's own")):
        with served.client(key, "") as http:
            http.post("/api/v1/items", json={"text": text}).raise_for_status()
    with looking(browser, served.url) as seen:
        seen.page.goto(served.url)
        seen.page.get_by_label("Key", exact=True).fill("hf_nonsense")
        seen.press("Use it")
        seen.page.locator("dialog .problem").wait_for()
        seen.page.get_by_label("Key", exact=True).fill(good)
        seen.press("Use it")
        seen.page.get_by_text("Ada's own").wait_for()
        assert "Bob's own" not in seen.text()
        assert good not in seen.page.content()
        seen.said.clear()  # the browser tells of each 401 and 403, as it should
    assert good not in served.log


@needs_browser
@pytest.mark.slow
def test_hostile_text_stays_text(look: Look, kept: Kept) -> None:
    """Markup, turned and unseen characters, 20,000 letters without a space and faces: shown as they are, in every view."""
    places = [
        f"#/{view}"
        for view in (*VIEWS, "search?q=img+src", "browse?state=any&sort=id", "slots/%3Cb%3Ex%3C%2Fb%3E")
    ]
    places += [f"#/memory/{id}" for id in (*kept.hostile, kept.marked)]
    with look(viewport={"width": 390, "height": 800}) as seen:
        for place in places:
            seen.go(place)
            assert seen.page.title().endswith("· Holdfast"), place
            assert seen.page.locator("main :is(img, script, iframe, b b, i i, object, style)").count() == 0
            wide = seen.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= 390, f"{place} is {wide} pixels wide"
        for id, text in zip(kept.hostile, HOSTILE, strict=True):
            seen.go(f"#/memory/{id}")
            assert seen.page.locator(".memory > .whole").evaluate("one => one.textContent") == text
        seen.go(f"#/memory/{kept.hostile[1]}")
        assert "U+202E" in seen.text(".note")
        assert (
            seen.page.locator(".memory .said").first.evaluate("one => getComputedStyle(one).unicodeBidi")
            == "isolate"
        )


@needs_browser
@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("wide", [1280, 390])
def test_axe_finds_nothing_serious(look: Look, kept: Kept, scheme: str, wide: int) -> None:
    """Every view, in light and dark, on a desk and on a phone."""
    size = {"width": wide, "height": 900}
    # axe puts a script into the page, which the page's own policy forbids
    with look(state=AS_ADA, color_scheme=scheme, viewport=size, bypass_csp=True) as seen:
        found = []
        for place in [*(f"#/{view}" for view in VIEWS), f"#/memory/{kept.changed}", f"#/memory/{kept.first}"]:
            seen.go(place)
            if "memory" in place:
                seen.press("Update")
            found += [f"{place}: {one}" for one in complaints(seen.page)]
        seen.page.evaluate("document.querySelector('details.fold')?.setAttribute('open', '')")
        seen.press("No key")
        found += complaints(seen.page)
    assert not found, "\n".join(found)
