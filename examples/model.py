"""One request to a model behind OpenAI's protocol, which most servers speak. No example needs more than this.

export OPENAI_BASE_URL=http://localhost:11434/v1   # Ollama, vLLM, LM Studio, OpenAI ...
export OPENAI_MODEL=llama3
export OPENAI_API_KEY=...                           # where the server wants one
"""

import json
import os
import urllib.request


def ask(messages, tools=()):
    """Return the model's message: a dict with `content`, and `tool_calls` where it wants tools run."""
    body = {"model": os.environ.get("OPENAI_MODEL", "gpt-4o-mini"), "messages": messages}
    if tools:
        body["tools"] = list(tools)
    request = urllib.request.Request(
        os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1") + "/chat/completions",
        json.dumps(body).encode(),
        {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {os.environ.get('OPENAI_API_KEY', '')}",
        },
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)["choices"][0]["message"]
