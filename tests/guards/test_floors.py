"""The floors: imports go down only, neighbours do not meet, the pure rooms stay pure, and nothing goes in circles."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from tests.guards.project import PACKAGE, imports_of, read_modules

# The one table. A room is a module, or a folder with all that is in it, right under the package.
FLOORS = {
    "errors": 0,
    "checks": 0,
    "filters": 0,
    "types": 0,
    "judgements": 0,
    "receipts": 0,
    "age": 1,
    "attributes": 1,
    "ranking": 1,
    "decide": 1,
    "entities": 1,
    "pack": 1,
    "text": 1,
    "dates": 1,
    "events": 1,
    "extract": 1,
    "redact": 1,
    "sensitive": 1,
    "echo": 1,
    "ports": 1,
    "away": 1,
    "routes": 1,
    "leases": 1,
    "marks": 1,
    "policy": 1,
    "engine": 2,
    "stores": 2,
    "embedders": 2,
    "related": 2,
    "models": 2,
    "remote": 2,
    "keys": 2,
    "client": 2,
    "config": 3,
    "waiting": 3,
    "memory": 3,
    "together": 3,
    "agent": 4,
    "cases": 4,
    "testing": 4,
    "verify": 5,
    "": 5,  # holdfast/__init__.py: the public names
    "cli": 6,
    "demo": 6,
    "server": 6,
    "adapters": 6,
    "__main__": 6,
}

# Who may import whom on the same floor: (importing, imported). On floor 1 every room may see every other.
SIDEWAYS = {
    ("checks", "errors"),
    ("filters", "errors"),
    ("filters", "checks"),
    ("types", "errors"),
    ("types", "checks"),
    ("filters", "types"),
    ("receipts", "errors"),
    ("receipts", "checks"),
    ("receipts", "types"),
    ("judgements", "types"),
    ("embedders", "models"),
    ("config", "waiting"),
    ("memory", "config"),
    ("memory", "waiting"),
    ("memory", "together"),
    ("together", "waiting"),
    ("config", "memory"),
    ("testing", "cases"),
    ("__main__", "cli"),
    ("cli", "demo"),
    ("cli", "verify"),
    ("cli", "adapters"),
    ("cli", "server"),
}

# Floor 6 is written with the public names, as any user of the package would; settings belong to a command too.
PUBLIC_ROOMS = {
    "",
    "routes",
    "errors",
    "types",
    "receipts",
    "judgements",
    "filters",
    "config",
    "keys",
    "cases",
    "agent",
    # where rules say what they may hold
    "attributes",
    "policy",
    "redact",
}

# Only config names these.
WIRED_BY_CONFIG = {"stores", "embedders", "models", "related", "remote", "client"}

IMPURE_MODULES = set(
    """_socket asyncio concurrent ctypes fcntl getpass glob http httpx importlib io locale logging mmap
    multiprocessing onnxruntime os pathlib platform platformdirs queue random requests secrets select shutil signal
    socket sqlite3 ssl subprocess sys tempfile threading time tokenizers urllib""".split()
)
# What of these is pure: strings in, strings out.
PURE_PARTS = {"urllib.parse"}
IMPURE_CALLS = {
    "date.today",
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "np.random",
    "numpy.random",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid.uuid7",
}
IMPURE_BUILTINS = {"open", "input", "print"}

Graph = dict[str, dict[str, int]]


def room_of(module: str) -> str:
    """The room a module lies in: "stores" for holdfast.stores.sqlite, "" for the package itself."""
    return module.partition(".")[2].partition(".")[0]


def graph_of(sources: dict[str, str]) -> Graph:
    """For each module, what it imports from the package, with the first line that does so."""
    known = set(sources)
    graph: Graph = {module: {} for module in sources}
    for module, source in sources.items():
        for target, line in imports_of(module, source, known):
            if target.partition(".")[0] == PACKAGE:
                graph[module].setdefault(target, line)
    return graph


def climbing(sources: dict[str, str]) -> list[str]:
    """Every import within the package that the floors do not allow, as a message."""
    found = []
    for module, targets in graph_of(sources).items():
        for target, line in targets.items():
            problem = _problem(room_of(module), room_of(target))
            if problem:
                found.append(f"{module}:{line} imports {target}: {problem}")
    return found


def _problem(here: str, there: str) -> str | None:
    """Why a room may not import another, or None if it may."""
    if here == there:
        return None
    if here not in FLOORS or there not in FLOORS:
        return f"give {here if here not in FLOORS else there!r} a floor in FLOORS"
    if (here, there) in SIDEWAYS:
        return None
    if there in WIRED_BY_CONFIG and here != "config":
        return "only config names concrete stores and models"
    if FLOORS[here] == 6 and there not in PUBLIC_ROOMS:
        return "this floor uses only the public names"
    if FLOORS[there] > FLOORS[here]:
        return f"goes up from floor {FLOORS[here]} to {FLOORS[there]}"
    if FLOORS[there] == FLOORS[here] != 1:
        return f"neighbours on floor {FLOORS[here]} do not meet"
    return None


def impurities(sources: dict[str, str]) -> list[str]:
    """Every way in which a module on the two lowest floors reaches for the world outside, as a message."""
    found = []
    for module, source in sources.items():
        if FLOORS.get(room_of(module), 99) > 1:
            continue
        for target, line in imports_of(module, source, set(sources)):
            if target.partition(".")[0] in IMPURE_MODULES and target not in PURE_PARTS:
                found.append(f"{module}:{line} imports {target}")
        found += [f"{module}:{line} calls {name}" for name, line in _impure_calls(source)]
    return found


def _impure_calls(source: str) -> Iterator[tuple[str, int]]:
    """The calls in a source that read the clock, chance or a file, with their lines."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            parts = ast.unparse(node.func).split(".")
            outside = IMPURE_CALLS & {".".join(parts[:2]), ".".join(parts[-2:])}
            if outside or (len(parts) == 1 and parts[0] in IMPURE_BUILTINS):
                yield ".".join(parts), node.lineno


def circles(graph: dict[str, Iterable[str]]) -> list[list[str]]:
    """Every set of modules that import one another in a circle: Tarjan's strongly connected components."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for target in graph.get(module, ()):
            if target not in index:
                visit(target)
            if target in stack:
                low[module] = min(low[module], low[target])
        if low[module] == index[module]:
            cut = stack.index(module)
            component = sorted(stack[cut:])
            del stack[cut:]
            if len(component) > 1 or module in graph.get(module, ()):
                found.append(component)

    for module in graph:
        if module not in index:
            visit(module)
    return found


def test_every_module_has_a_floor() -> None:
    """A module nobody has placed is a module nobody has thought about."""
    homeless = sorted(module for module in read_modules() if room_of(module) not in FLOORS)
    assert not homeless, f"give these a floor in FLOORS: {homeless}"


def test_imports_go_down_only() -> None:
    """No module imports one above it, or a neighbour it may not know, not even lazily or for typing."""
    found = climbing(read_modules())
    assert not found, "\n" + "\n".join(found)


def test_the_lowest_floors_are_pure() -> None:
    """Ranking, decisions and the like get the clock, chance and files as arguments or not at all."""
    found = impurities(read_modules())
    assert not found, "\n" + "\n".join(found)


def test_nothing_imports_in_circles() -> None:
    """There is no import cycle, counting lazy imports and those for typing."""
    found = circles({module: list(targets) for module, targets in graph_of(read_modules()).items()})
    assert not found, "\n" + "\n".join(" <-> ".join(circle) for circle in found)


def test_the_oracle_does_not_rank_with_what_it_checks() -> None:
    """The stores' shared test shares no code with ranking."""
    graph = graph_of(read_modules())
    sharing = [m for m, targets in graph.items() if room_of(m) == "testing" and "holdfast.ranking" in targets]
    assert not sharing


def test_this_guard_sees_what_it_forbids() -> None:
    """A made-up package that breaks each rule once is told so each time."""
    wrong = {
        "holdfast": "from holdfast.memory import Memory",
        "holdfast.types": "def late():\n    from .engine import Engine",
        "holdfast.engine": "import typing\nif typing.TYPE_CHECKING:\n    from .stores.sqlite import SqliteStore",
        "holdfast.stores": "",
        "holdfast.stores.sqlite": "from ..types import Scope\nfrom .. import engine",
        "holdfast.memory": "import importlib\nimportlib.import_module('holdfast.stores.sqlite')",
        "holdfast.cli": "from . import Memory\nfrom holdfast import engine",
        "holdfast.attic": "import holdfast.types",
        "holdfast.ranking": "import time\nfrom datetime import datetime\nx = datetime.now(), open('x'), np.random.rand(3)",
    }
    places = {message.split(" imports ")[0] for message in climbing(wrong)}
    assert places == {
        "holdfast.types:2",
        "holdfast.engine:3",
        "holdfast.stores.sqlite:2",
        "holdfast.memory:2",
        "holdfast.cli:2",
        "holdfast.attic:1",
    }
    assert circles({m: list(t) for m, t in graph_of(wrong).items()}) == [
        ["holdfast.engine", "holdfast.stores.sqlite", "holdfast.types"]
    ]
    assert {message.split(" ", 1)[1] for message in impurities(wrong)} == {
        "imports time",
        "calls datetime.now",
        "calls open",
        "calls np.random.rand",
    }
