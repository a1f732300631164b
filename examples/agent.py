"""A plain agent: it is sent what is remembered, may call the memory tools, and keeps what was said.

    python examples/agent.py chat-1          # type; end with Ctrl-D. Another thread, chat-2, remembers.

Set the model as `model.py` says. The memory is the file agent.db in the working folder.
"""

import json
import sys

from model import ask

from holdfast import Memory, Session

INSTRUCTIONS = "You are a helpful assistant. What you remember is below; save what is worth knowing later."
ROUNDS = 8  # of tool calls for one question: a model may go on for ever


def answer(session, question):
    """Return the model's answer, having run the tools it called, and keep what was said."""
    step = session.before_step(question)
    history = step.messages(INSTRUCTIONS)[:-1]  # memory, state and recent turns; the question comes next
    said = [{"role": "user", "content": question}]
    for _ in range(ROUNDS):
        reply = ask(history + said, session.tools("openai"))
        said.append(reply)
        calls = reply.get("tool_calls") or ()
        for call in calls:
            result = session.call(call["function"]["name"], call["function"]["arguments"])
            said.append({"role": "tool", "tool_call_id": call["id"], "content": json.dumps(result)})
        if not calls:
            break
    session.after_step(said)
    return reply.get("content") or ""


if __name__ == "__main__":
    with Memory("sqlite:///agent.db") as memory:
        session = Session(memory, thread=sys.argv[1], user="ada")
        for line in sys.stdin:
            print(answer(session, line.strip()), flush=True)
