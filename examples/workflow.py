"""A job over the rows of a file that may be killed at any moment: another process goes on from its trace.

    python examples/workflow.py tickets.csv      # kill it, start it again: no row is lost, none is kept twice

Set the model as `model.py` says. The memory is the file workflow.db in the working folder.
"""

import csv
import sys

from model import ask

from holdfast import Memory, Session


def resume(session, name):
    """Return the run of this name that was left unfinished, or a new one, as what `session.run` takes."""
    left = next((one for one in session.unfinished() if one.name == name), None)
    return session.run(name, run_id=left.id) if left else session.run(name, {"next": 0})


def summarise(session, memory, path):
    """Keep one sentence for each row, which says what row it comes from."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with resume(session, f"summarise {path}") as run:
        for n in range(run.trace.state["next"], len(rows)):
            ref = f"{path}#{n + 1}"
            # Killed after the save and before the step, a row comes up again: what is kept of it is seen here.
            if not memory.list(where={"eq": {"source.ref": ref}}, limit=1).items:
                reply = ask([{"role": "user", "content": f"Sum up in one sentence: {rows[n]['text']}"}])
                memory.save(reply["content"], source={"ref": ref, "role": "assistant", "trust": "model"})
            run.step(f"summed up row {n + 1}", {"next": n + 1})
            print(f"row {n + 1}", flush=True)
        run.outcome = f"{len(rows)} rows"


if __name__ == "__main__":
    with Memory("sqlite:///workflow.db") as memory:
        summarise(Session(memory, thread="nightly", team="core"), memory.scoped(team="core"), sys.argv[1])
