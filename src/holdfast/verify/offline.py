"""No network unless one is configured: a whole loop of an agent, and every public verb, in a process in which every socket is refused
and counted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..agent import Session
from ..memory import Memory
from ..testing import HashingEmbedder
from . import isolation
from .ground import Ground, Tried, url

EVENTS = (
    "socket.__new__", "socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
    "socket.gethostbyname", "socket.gethostbyaddr",
)  # fmt: skip


_LOOP = "import sys; from holdfast.verify.offline import main; main(*sys.argv[1:])"


def check(ground: Ground) -> Tried:
    """Run the loop, with the shipped model where the store is searched by that, and the verbs; return what was reached for."""
    with ground.room() as room:
        path = ground.copy(room)
        model = "none" if ground.embedder is None else "minilm"
        ran = subprocess.run(
            [sys.executable, "-c", _LOOP, url(path), model, ground.fresh()],
            capture_output=True, text=True, env=ground.environment(), cwd=room, check=False,
        )  # fmt: skip
    if ran.returncode:
        last = " ".join(ran.stderr.strip().splitlines()[-1:])
        return Tried("the loop of an agent", 0, (f"it did not end well: {last}",))
    told = json.loads(ran.stdout)
    what = f"{told['calls']} calls of an agent's loop, {told['verbs']} verbs, {len(EVENTS)} kinds of socket calls refused"
    lacking = [f"{verb} was not called" for verb in sorted(isolation.uncovered())]
    return Tried(what, told["calls"] + told["verbs"], (*told["reached"], *lacking))


def loop(memory: Memory, user: str) -> int:
    """Save, search, correct, observe, ask before a step, end a thread, erase, copy; return how many calls that were."""
    caller, session = memory.scoped(user=user), Session(memory, thread="offline", user=user)
    item = caller.save("The server is on port 8080", slot="server.port", value=8080)
    calls: list[Callable[[], Any]] = [
        lambda: caller.save_many([{"text": f"note {n} on tea", "kind": "episode"} for n in range(20)]),
        lambda: caller.search("where does the server listen?", keep=True),
        lambda: caller.context("the server", budget=200),
        lambda: caller.update(item.id, text="It is on port 9090", value=9090),
        lambda: caller.observe("I live in Bergen. The server is now on port 9191, not 9090."),
        lambda: session.before_step("which port?"),
        lambda: session.after_step([{"role": "user", "content": "We ship on Friday."}]),
        lambda: session.call("search_memory", {"query": "ship"}),
        lambda: caller.summarise("offline"),
        lambda: caller.history(item.id),
        lambda: caller.current("server.port"),
        lambda: caller.overview(),
        lambda: caller.changes(),
        lambda: caller.delete(item.id),
        lambda: caller.restore(item.id),
        lambda: caller.erase(item.id),
        lambda: memory.stats(),
    ]
    for call in calls:
        call()
    return len(calls)


def main(store: str, model: str, user: str) -> None:
    """Refuse every socket in this process, run the loop and the script of all verbs, and print what was reached for."""
    reached: list[str] = []
    before = _files()

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event in EVENTS:
            reached.append(event)
            raise PermissionError(f"{event} is refused here")

    sys.addaudithook(refuse)
    with Memory(store, embedder=model, model=None, mounts={}) as memory:
        calls = loop(memory, user)
    isolation.play("sqlite://", {"user": user}, None, HashingEmbedder())
    # What native code opens, no audit hook sees; Linux tells of it all the same.
    reached += sorted(one for one in _files() - before if one.startswith("socket:"))
    print(json.dumps({"calls": calls, "verbs": len(isolation.STEPS), "reached": reached}))


def _files() -> set[str]:
    """Return what this process has open, where that can be seen."""
    opened = Path("/proc/self/fd")
    return {os.readlink(one) for one in opened.iterdir() if one.exists()} if opened.is_dir() else set()
