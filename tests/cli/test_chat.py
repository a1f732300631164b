"""`holdfast chat`: the real command as a process, in a pipe and at a terminal, against a server that says what was scripted."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from holdfast import Memory
from tests.engine.served import Answer, Request, Server, completion, streamed, streamed_blocks
from tests.guards.project import ROOT, SOURCE, run_python

ADA = ("--user", "ada")
NOTHING = completion({"memories": []})
Speak = Callable[[Request], Answer]


def talking(*answers: Answer, read: Answer = NOTHING) -> Speak:
    """What a server says: these in turn to who talks, `read` to who reads steps, and nothing of a summary."""
    left = list(answers)

    def answer(request: Request) -> Answer:
        if request.body.get("stream"):
            return left.pop(0) if len(left) > 1 else left[0]
        return completion({"points": []}) if "points" in request.body["messages"][0]["content"] else read

    return answer


def spoken(server: Server) -> list[Request]:
    """The requests of the conversation itself."""
    return [one for one in server.requests if one.body.get("stream")]


def system(request: Request) -> str:
    """The instructions a model was sent, with what was recalled."""
    return str(request.body.get("system") or request.body["messages"][0]["content"])


class Command:
    """The command on a store of the test's own, with a model behind a server; the network beyond this machine is refused."""

    def __init__(self, folder: Path, server: Server, provider: str = "ollama") -> None:
        self.url = f"sqlite:///{folder / 'chat.db'}"
        self.environment = {
            **os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCE), str(ROOT)]), "HOLDFAST_STORE": self.url, "HOLDFAST_EMBEDDER": "none", "TERM": "xterm",
            "HOLDFAST_MODEL": f"{provider}:m", "HOLDFAST_BASE_URL": server.url, "ANTHROPIC_API_KEY": "k", "COLUMNS": "200",
        }  # fmt: skip

    def start(self, *arguments: str, **streams: Any) -> subprocess.Popen[str]:
        """Start it; a shell that runs tests in the background lets its children ignore Ctrl-C, a terminal does not."""
        script = "from holdfast.verify.network import refuse_network; refuse_network(); from holdfast.cli import main; main()"
        command = [sys.executable, "-c", script, "chat", *arguments]
        hears = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)  # noqa: E731
        given = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
        return subprocess.Popen(command, text=True, env=self.environment, preexec_fn=hears, **given)

    def run(self, said: str, *arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Say these lines through a pipe."""
        process = self.start(*(arguments or ADA))
        out, told = process.communicate(
            said, timeout=240
        )  # litellm takes seconds to load, more on a busy machine
        assert process.returncode == code, (process.returncode, out, told)
        return subprocess.CompletedProcess("chat", code, out, told)

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """What Ada's memory holds."""
        with Memory(self.url, embedder=None, model=None) as memory:
            yield memory.scoped(user="ada")


@pytest.mark.parametrize(("provider", "stream"), [("ollama", streamed), ("anthropic", streamed_blocks)])
def test_told_in_one_conversation_recalled_in_the_next(tmp_path: Path, provider: str, stream: Any) -> None:
    """By rule and by the model's tool; what was recalled is shown before the answer, what was kept after it."""
    port = {
        "text": "The server listens on 9090",
        "kind": "fact",
        "slot": "server.port",
        "value": 9090,
        "scope": None,
    }
    script = [
        stream("One moment. ", call=("save_memory", port)),
        stream("Noted, ", "Ada."),
        stream("In Bergen."),
    ]
    with Server([talking(*script)]) as server:
        command = Command(tmp_path, server, provider)
        first = command.run("I live in Bergen.\n").stdout.splitlines()
        assert first[0] == "One moment. "
        assert first[1].startswith("+ fact: The server listens on 9090 [")
        assert first[2] == "Noted, Ada."
        assert first[3].startswith("+ fact: I live in Bergen. [")
        sent = json.dumps(spoken(server)[1].body["messages"])
        assert "saved" in sent
        second = command.run("Where do I live and what is the server's port?\n").stdout
        recalled, answer, _ = second.partition("In Bergen.\n")
        assert answer
        assert "fact: I live in Bergen." in recalled
        assert "fact: The server listens on 9090" in recalled
        asked = spoken(server)[2]
        assert "I live in Bergen." in system(asked)
        assert "9090" in system(asked)
        assert "Noted, Ada." not in json.dumps(asked.body["messages"][1:])  # another thread
        with command.opened() as ada:
            summaries = ada.list(tags=["summary"])
            assert len({one.metadata["summary_of"] for one in summaries}) == 2


def test_what_the_model_saves_that_is_sensitive_is_asked_about(tmp_path: Path) -> None:
    """And what it saves again, which it was shown, is said before."""
    note, ill = {"text": "Ada likes tea"}, {"text": "The user is diabetic"}
    script = [
        streamed("Well. ", call=("save_memory", note)),
        streamed("Well. ", call=("search_memory", {"query": "Ada likes tea"})),
        streamed("Well. ", call=("save_memory", note)),
        streamed("Well. ", call=("save_memory", ill)),
        streamed("Noted."),
    ]
    with Server([talking(*script)]) as server:
        command = Command(tmp_path, server)
        shown = command.run("Good morning.\nyes\n").stdout
        assert "= fact: Ada likes tea" in shown
        assert "? fact: The user is diabetic" in shown
        assert '? pending: "The user is diabetic" May I remember this?' in shown
        with command.opened() as ada:
            assert [one.text for one in ada.list(kinds=["fact"])] == ["The user is diabetic", "Ada likes tea"]


def test_what_changes_and_what_must_be_asked(tmp_path: Path) -> None:
    """A correction names what it replaced; what is sensitive is kept at a yes and left out at a no, asking no model."""
    lines = [
        "I live in Oslo.",
        "I moved to Bergen.",
        "I am allergic to nuts. I have diabetes.",
        "Yes.",
        "no",
        "so be it",
    ]
    with Server([talking(streamed("I see."))]) as server:
        command = Command(tmp_path, server)
        shown = command.run("\n".join(lines)).stdout
        assert '~ superseded "I live in Oslo." by fact: I moved to Bergen. [' in shown
        assert '? pending: "I am allergic to nuts." May I remember this? (yes/no)' in shown
        assert "+ fact: I am allergic to nuts. [" in shown
        assert "x not kept: fact: I have diabetes. [" in shown
        assert len(spoken(server)) == 4
        with command.opened() as ada:
            assert [hit.text for hit in ada.search("allergic diabetes", kinds=["fact"])] == [
                "I am allergic to nuts."
            ]
            assert len(ada.review()) == 0


def test_a_conversation_goes_on_in_its_thread(tmp_path: Path) -> None:
    """With its goal and its latest turns, after a restart."""
    with Server([talking(streamed("Fine."))]) as server:
        command = Command(tmp_path, server)
        command.run("/goal plan the trip\nThe ferry costs 42 crowns.\n", *ADA, "--thread", "trip")
        command.run("Go on.\n", *ADA, "--thread", "trip", "--system", "Speak like a sailor.")
        last = spoken(server)[-1]
        assert system(last).startswith("Speak like a sailor.")
        assert "Goal: plan the trip" in system(last)
        assert [one["content"] for one in last.body["messages"][1:]] == [
            "The ferry costs 42 crowns.",
            "Fine.",
            "Go on.",
        ]


def test_each_line_is_a_document_for_programs(tmp_path: Path) -> None:
    """With --json: the turn with all that came of it, and each command's answer; nothing else on stdout."""
    lines = ["I live in Bergen.", "/memory Bergen", "/goal settle in", "/state", "Where do I live?", "/why", "/nonsense",
             "/forget live in bergen", "/help"]  # fmt: skip
    with Server([talking(streamed("In ", "Bergen."))]) as server:
        ran = Command(tmp_path, server).run("\n".join(lines), *ADA, "--json")
        told, found, goal, state, again, why, forgotten, shown = map(json.loads, ran.stdout.splitlines())
        assert (told["answer"], told["recalled"], told["stopped"]) == ("In Bergen.", [], False)
        assert [one["outcome"] for one in told["kept"]] == ["added"]
        assert "I live in Bergen." in [hit["item"]["text"] for hit in found["hits"]]
        assert goal == {"goal": "settle in"}
        assert state == {"state": {"goal": "settle in"}}
        assert "I live in Bergen." in [one["text"] for one in again["recalled"]]
        assert {one["id"] for one in again["recalled"]} == {one["id"] for one in why["given"]}
        assert all(one["why"] for one in why["left_out"])
        assert why["tokens"] <= why["budget"]
        assert [one["text"] for one in forgotten["forgotten"]] == ["I live in Bergen."]
        assert [one["text"] for one in forgotten["left"]] == [
            "I live in Bergen."
        ]  # the turn it was read from
        assert "/forget" in shown["help"]
        assert "/nonsense is none" in ran.stderr


def test_forgetting_takes_no_guess(tmp_path: Path) -> None:
    """Where several memories say the words they are shown, and the end of an id names one."""
    with Server([talking(streamed("I see."))]) as server:
        command = Command(tmp_path, server)
        with command.opened() as ada:
            kept = [ada.save(text) for text in ("Likes green tea", "Likes black tea")]
        shown = command.run(f"/forget tea\n/forget {kept[0].id[-8:]}\n/forget coffee\n").stdout
        assert "Which one? /forget ID" in shown
        assert all(one.id[-8:] in shown for one in kept)
        assert "No memory says all of these words" in shown
        with command.opened() as ada:
            assert [one.text for one in ada.list(kinds=["fact"])] == ["Likes black tea"]


def test_where_the_model_fails_what_was_said_is_kept(tmp_path: Path) -> None:
    """Also what was heard of an answer that broke off; the next line goes on, and the exit code tells a script."""
    script = [Answer(b"{}", 401), streamed("Half an ans", ends=False), streamed("Whole.")]
    with Server([talking(*script)]) as server:
        command = Command(tmp_path, server)
        ran = command.run("The ferry leaves at nine.\nAnd the tram?\nGood.\n", code=7)
        assert "check the key" in ran.stderr
        assert "broke off" in ran.stderr
        assert "Whole." in ran.stdout
        with command.opened() as ada:
            turns = {item.text for item in ada.list(kinds=["episode"])}
            assert {"The ferry leaves at nine.", "And the tram?", "Half an ans", "Good.", "Whole."} <= turns


def test_killed_while_answering(tmp_path: Path) -> None:
    """What was said is there before the model is asked."""
    with Server([talking(streamed("word " * 50, drip=0.01))]) as server:
        command = Command(tmp_path, server)
        process = command.start(*ADA)
        assert process.stdin
        process.stdin.write("The ferry leaves at nine.\n")
        process.stdin.flush()
        wait_until(lambda: spoken(server))
        process.kill()
        process.communicate()
        with command.opened() as ada:
            assert [item.text for item in ada.list(kinds=["episode"])] == ["The ferry leaves at nine."]


def test_what_a_model_reads_later_is_told_at_the_next_turn(tmp_path: Path) -> None:
    """What no rule reads is read in the background; it is shown before the next line is answered."""
    said = "For us Bergen has become home for good."
    draft = {"message": 0, "quote": "For us Bergen has become home", "kind": "fact", "entity": "user", "attribute": "residence", "value": "Bergen"}  # fmt: skip
    with Server([talking(streamed("Nice."), read=completion({"memories": [draft]}))]) as server:
        command = Command(tmp_path, server)
        process = command.start(*ADA)
        assert process.stdin
        process.stdin.write(said + "\n")
        process.stdin.flush()
        with command.opened() as ada:
            wait_until(lambda: ada.list(kinds=["fact"]).items)
        out, _ = process.communicate("Thanks!\n", timeout=60)
        assert f"+ fact: {said} [" in out
        assert "(read by the model)" in out


def test_what_chat_needs(tmp_path: Path) -> None:
    """Without a model, without a label, with two ids for one: an error that says what to do, and no store is made."""
    with Server([talking(streamed("Hi."))]) as server:
        command = Command(tmp_path, server)
        assert "--user ID" in command.run("Hi.\n", "--thread", "t", code=2).stderr
        assert "give --user once" in command.run("Hi.\n", *ADA, "--user", "bob", code=2).stderr
        del command.environment["HOLDFAST_MODEL"]
        told = command.run("Hi.\n", code=8).stderr
        assert "HOLDFAST_MODEL" in told
        assert "ollama:NAME" in told
        assert not list(tmp_path.iterdir())


@pytest.mark.skipif(find_spec("litellm") is None, reason="litellm is not installed; CI installs it")
def test_through_litellm(tmp_path: Path) -> None:
    """Streamed with a tool call and read in the background, and nothing else goes over the network; its errors tell no words."""
    said = "For us Bergen has become home for good."
    draft = {"message": 0, "quote": "For us Bergen has become home", "kind": "fact", "entity": "user", "attribute": "residence", "value": "Bergen"}  # fmt: skip
    note = {"text": "The ferry leaves at nine", "kind": "fact", "slot": None, "value": None, "scope": None}
    script = [
        streamed("So ", call=("save_memory", note)),
        streamed("it ", "is."),
        Answer(b'{"error": {}}', 401),
    ]
    with Server([talking(*script, read=completion({"memories": [draft]}))]) as server:
        command = Command(tmp_path, server, "litellm:openai")
        command.environment |= {"HOLDFAST_MODEL": "litellm:openai/m", "OPENAI_API_KEY": "k"}
        ran = command.run(f"{said}\nWhat about the tram?\n", code=7)
        assert "+ fact: The ferry leaves at nine [" in ran.stdout
        assert "it is.\n" in ran.stdout
        assert "AuthenticationError (HTTP 401: check the key)" in ran.stderr
        assert len(ran.stderr.splitlines()) == 1
        assert [one.body["model"] for one in spoken(server)] == ["m"] * 3
        with command.opened() as ada:
            assert ada.current("user.residence").value == "Bergen"
            assert ada.stats().model_tokens > 0


def test_litellm_that_is_not_there() -> None:
    """A model that needs it says how to get it."""
    script = "import sys; sys.modules['litellm'] = None; from holdfast import Memory; Memory('sqlite://', model='litellm:x/y')"
    ran = run_python("-c", script)
    assert "pip install 'holdfast[litellm]'" in ran.stderr


def wait_until(true: Callable[[], Any], seconds: float = 30.0) -> None:
    """Wait for something that another process or thread does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


class Screen:
    """A terminal that a command runs in: what it shows, and what is typed."""

    def __init__(self, command: Command, *arguments: str) -> None:
        self._ours, theirs = pty.openpty()
        streams = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
        self.process = command.start(*arguments, **streams, start_new_session=True)
        os.close(theirs)
        self.shown = ""

    def type(self, text: str) -> None:
        """Type a text."""
        os.write(self._ours, text.encode())

    def until(self, text: str) -> str:
        """Return what is shown up to a text that is waited for, and what came with it."""
        end = time.monotonic() + 30
        while text not in self.shown:
            assert time.monotonic() < end, self.shown
            try:
                self.shown += os.read(self._ours, 65_536).decode()
            except OSError:  # the command has gone
                assert text in self.shown, self.shown
        before, self.shown = self.shown, self.shown.partition(text)[2]
        return before

    def interrupt(self) -> None:
        """Press Ctrl-C: the terminal is not the process's own, so that the signal is sent by hand."""
        self.process.send_signal(signal.SIGINT)

    def leave(self) -> int:
        """Press Ctrl-C, and again where nothing comes of it, until the command has gone; return its exit status.

        One that comes just between the prompt and the wait for a line is heard by `input` only with the next; one that comes when the
        command is closing breaks that off, so a busy machine is given its time.
        """
        for _ in range(12):
            self.interrupt()
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self.process.wait(5)
        raise AssertionError(self.shown)


def test_at_a_terminal(tmp_path: Path) -> None:
    """The answer is shown as it comes and cannot steer the terminal; Ctrl-C stops it, keeps what was heard, and then leaves."""
    endless = streamed("Once upon\x1b[2J", *[f" word{n}" for n in range(500)], drip=0.001)
    with Server([talking(endless, streamed("Good night."))]) as server:
        command = Command(tmp_path, server)
        screen = Screen(command, *ADA)
        assert "ollama:m, thread chat-" in screen.until("> ")
        screen.type("My cat is called Tom. Tell me a story.\n")
        assert "\\x1b[2J" in screen.until(" word3")
        screen.interrupt()
        assert "+ fact: My cat is called Tom." in screen.until("(stopped)") + screen.until("> ")
        screen.type("Good night!\n")
        screen.until("Good night.")
        screen.until("> ")
        assert screen.leave() == 0
        with command.opened() as ada:
            heard = [item.text for item in ada.list(kinds=["episode"]) if "Once upon" in item.text]
            assert any(text.endswith(tuple("0123456789")) and "word3" in text for text in heard)
            assert not any("word499" in text for text in heard)
            assert ada.search("cat Tom", kinds=["fact"])


def test_a_second_interrupt_leaves(tmp_path: Path) -> None:
    """Pressed twice in a row while an answer is given: it is stopped, kept, and the command ends."""
    endless = streamed("Once upon", *[f" word{n}" for n in range(500)], drip=0.001)
    with Server([talking(endless)]) as server:
        command = Command(tmp_path, server)
        screen = Screen(command, *ADA)
        screen.until("> ")
        screen.type("The ferry leaves at nine.\n")
        screen.until(" word3")
        screen.interrupt()
        time.sleep(0.05)  # two at the same moment are one
        assert screen.leave() == 0
        with command.opened() as ada:
            assert "The ferry leaves at nine." in {item.text for item in ada.list(kinds=["episode"])}
