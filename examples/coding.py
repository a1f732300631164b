"""A coding agent tied to a repository: facts about the project stay with the project, preferences with who has them.

    python examples/coding.py ~/src/api ada            # repository and user; type, end with Ctrl-D
    python examples/coding.py ~/src/api                # what anybody who works there gets to see

Set the model as `model.py` says. The memory is the file coding.db in the working folder.
"""

import json
import sys
from pathlib import Path

from model import ask

from holdfast import Memory, Session

READ_FILE = {
    "type": "function",
    "function": {
        "name": "read_file",
        "description": "Read a text file of the repository.",
        "parameters": {
            "type": "object",
            "properties": {"path": {"type": "string"}},
            "required": ["path"],
            "additionalProperties": False,
        },
    },
}


def read_file(root, path):
    """Return a file's text; the model may not leave the repository."""
    file = (root / path).resolve()
    if not file.is_relative_to(root) or not file.is_file():
        return {"error": f"{path} is no file of this repository"}
    return {"text": file.read_text("utf-8", errors="replace")[:20_000]}


def answer(session, root, question):
    """Return the model's answer, having run its own tool and the memory's."""
    step = session.before_step(question)
    history = step.messages("You are a coding agent. Follow the project's rules and the user's wishes.")[:-1]
    said = [{"role": "user", "content": question}]
    for _ in range(8):
        reply = ask(history + said, [READ_FILE, *session.tools("openai")])
        said.append(reply)
        for call in reply.get("tool_calls") or ():
            name, arguments = call["function"]["name"], call["function"]["arguments"]
            if name == "read_file":
                result = read_file(root, json.loads(arguments)["path"])
            else:
                result = session.call(name, arguments)
            said.append({"role": "tool", "tool_call_id": call["id"], "content": json.dumps(result)})
        if not reply.get("tool_calls"):
            break
    session.after_step(said)
    return reply.get("content") or ""


if __name__ == "__main__":
    root = Path(sys.argv[1]).resolve()
    with Memory("sqlite:///coding.db") as memory:
        if len(sys.argv) == 2:
            for item in memory.scoped(project=root.name).list().items:
                print(item.text)
        else:
            session = Session(memory, thread=f"{root.name}-1", user=sys.argv[2], project=root.name)
            for line in sys.stdin:
                print(answer(session, root, line.strip()), flush=True)
