"""Two agents with one team memory and one plan: each takes the next task, and neither takes the other's.

    python examples/team.py plan "read the logs" "write the report"   # once
    python examples/team.py work scout                                # as often as you like, also at once
    python examples/team.py work writer

Set the model as `model.py` says. The memory is the file team.db in the working folder.
"""

import sys

from model import ask

from holdfast import Memory, Session
from holdfast.errors import VersionConflict


def take(session, name):
    """Mark the first free task of the plan as mine and return it, or None where none is free."""
    while True:
        version = session.state.version("plan")
        plan = session.state.get("plan", {})
        task = next((one for one, owner in plan.items() if owner is None), None)
        if task is None:
            return None
        try:
            session.state.set("plan", plan | {task: name}, expected_version=version)
            return task
        except VersionConflict:  # the other agent was faster: look again
            continue


def work(session, memory, name):
    """Do what is free, one task after another, and tell the team what came of it."""
    while (task := take(session, name)) is not None:
        step = session.before_step(task)
        reply = ask(step.messages(f"You are {name}. Do the task; the team's findings are below."))
        session.after_step([{"role": "user", "content": task}, reply])
        memory.scoped(team="core", actor=name).save(f"{task}: {reply['content']}", source={"ref": task})
        print(f"{name} did: {task}", flush=True)


if __name__ == "__main__":
    verb, *given = sys.argv[1:]
    with Memory("sqlite:///team.db") as memory:
        name = given[0] if verb == "work" else "planner"
        # The thread is each agent's own; the state, and so the plan, is the team's.
        session = Session(memory, thread=name, team="core", agent=name, state_scope=["team"])
        if verb == "plan":
            session.state["plan"] = dict.fromkeys(given)
        else:
            work(session, memory, name)
