"""The mutation check: the code that decides, ranks, erases and says who may see and change what is broken on purpose, a
mutant at a time, and the tests must notice. `make mutation`, or `python -m scripts.mutation decide scope`.

Each area has a copy of the project under `build/mutation`, and the tests that speak of it; mutmut runs of those only the ones that
reach the changed function, the fastest first. Called again, it goes on where it stopped: what was noticed stands until its function
changes, what lived is tried again. The figures and the survivors go to `benchmarks/results/mutation.json`; docs/mutation.md judges
them. Exit code 1 below the bar.
"""

from __future__ import annotations

import ast
import fnmatch
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks" / "results" / "mutation.json"
BAR = 0.85
COPIED = ("src", "tests", "fuzz", "benchmarks", "scripts", "pyproject.toml", "README.md")
# How mutmut records what became of a mutant. One that ran out of time or memory did not go unnoticed.
SURVIVED, NO_TESTS, NOT_RUN = (0,), (5, 33), (None, 2)


class Area(NamedTuple):
    """What is broken (files, or with `mutants` these names in them), and the tests that must notice, as pytest takes them.

    A mutant that lives has met all of its tests, so those that start processes or thousands of memories are left out.
    """

    files: tuple[str, ...]
    tests: tuple[str, ...]
    mutants: tuple[str, ...] = ()


AREAS = {
    "decide": Area(("decide.py",), ("tests/unit/test_decide.py",)),
    "scope": Area(
        ("types.py", "engine/base.py"),
        ("tests/unit/test_scope.py",),
        (
            "holdfast.types.xǁScopeǁ*", "holdfast.types.x__ids*", "holdfast.types.x__scope*",
            *(f"holdfast.engine.base.xǁBaseǁ{name}__mutmut*" for name in ("_target", "_names", "_reach", "_writable")),
        ),
    ),
    "erase": Area(
        ("engine/erase.py", "stores/sqlite_erase.py"),
        (
            "tests/engine/test_erase_counts.py", "tests/engine/test_erase_selected.py", "tests/engine/test_erase.py",
            "tests/golden/test_schema_4.py",
            "--deselect=tests/engine/test_erase.py::test_killed_it_is_all_or_nothing",
            "--deselect=tests/engine/test_erase.py::test_nothing_is_left_of_cells_that_moved",
        ),
    ),
    "ranking": Area(
        ("ranking.py",),
        ("tests/unit/test_ranking_exact.py", "tests/unit/test_ranking.py"),
    ),
}  # fmt: skip


def main(names: list[str]) -> int:
    """Check the areas named, or all, and write down what became of their mutants."""
    told: dict[str, Any] = {}
    for name in names or AREAS:
        checked = _checked(name, AREAS[name])
        told = (json.loads(RESULT.read_text("utf-8")) if RESULT.exists() else {}) | told | {name: checked}
        shown = {key: value for key, value in told[name].items() if key != "survivors"}
        print(f"{name}: {json.dumps(shown)}", flush=True)
        RESULT.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return int(
        any(
            told[name]["killed"] < BAR * told[name]["mutants"] or told[name]["left"]
            for name in names or AREAS
        )
    )


def _checked(name: str, area: Area) -> dict[str, object]:
    """Run mutmut on an area, and return what became of its mutants: how many were killed or left, and those that lived."""
    place = ROOT / "build" / "mutation" / name
    _laid_out(place, area)
    for meta in _metas(place, area):
        _forget_survivors(meta)
    command = [
        "nice",
        "-n",
        "10",
        str(Path(sys.executable).with_name("mutmut")),
        "run",
        "--max-children",
        "1",
        *area.mutants,
    ]
    with (place / "mutmut.log").open("wb") as log:
        # CI: the same examples for every mutant. Loading plugins of which no test here makes use costs half as much again.
        given = {"CI": "true", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        subprocess.run(command, cwd=place, env={**os.environ, **given}, stdout=log, stderr=log, check=False)
    return _outcome(place, area)


def _outcome(place: Path, area: Area) -> dict[str, object]:
    """Return what became of an area's mutants, as mutmut has noted it so far."""
    codes: dict[str, int | None] = {}
    for meta in _metas(place, area):
        if not meta.exists():
            raise SystemExit(f"mutmut wrote no {meta.name}; see {place / 'mutmut.log'}")
        codes |= json.loads(meta.read_text("utf-8"))["exit_code_by_key"]
    wanted = area.mutants or ("*",)
    ours = {key: code for key, code in codes.items() if any(fnmatch.fnmatch(key, one) for one in wanted)}
    lived = [key for key, code in ours.items() if code in SURVIVED or code in NO_TESTS]
    left = sum(code in NOT_RUN for code in ours.values())
    ran = len(ours) - left
    return {
        "mutants": ran, "killed": ran - len(lived), "share": round((ran - len(lived)) / max(1, ran), 3), "left": left,
        "survivors": {key: _change(place, key) for key in sorted(lived)},
    }  # fmt: skip


def _metas(place: Path, area: Area) -> list[Path]:
    """The files in which mutmut keeps what became of the mutants."""
    return [place / "mutants" / "src" / "holdfast" / f"{file}.meta" for file in area.files]


def _forget_survivors(meta: Path) -> None:
    """Have mutmut try again what lived, for which there may be tests by now; what was noticed stands."""
    if meta.exists():
        known = json.loads(meta.read_text("utf-8"))
        codes = known["exit_code_by_key"]
        known["exit_code_by_key"] = {
            key: None if code in SURVIVED + NO_TESTS else code for key, code in codes.items()
        }
        meta.write_text(json.dumps(known, indent=4), "utf-8")


def _laid_out(place: Path, area: Area) -> None:
    """Copy the project, with mutmut's settings for the area; what mutmut knows from before stays."""
    place.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.rmtree(place / name, ignore_errors=True)
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, place / name)
    settings = {
        "source_paths": ["src"], "only_mutate": [f"src/holdfast/{file}" for file in area.files],
        "also_copy": ["fuzz", "benchmarks", "scripts"], "pytest_add_cli_args": ["-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": list(area.tests), "timeout_multiplier": 8.0,
    }  # fmt: skip
    with (place / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(
            "\n[tool.mutmut]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items())
        )


def _change(place: Path, mutant: str) -> str:
    """Return the lines that a mutant changes, before and after."""
    module, _, function = mutant.rpartition(".")
    path = place / "mutants" / "src" / Path(*module.split(".")).with_suffix(".py")
    source = path.read_text("utf-8")
    original = f"{function.rpartition('__mutmut_')[0]}__mutmut_orig"
    bodies: dict[str, list[str]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in (function, original):
            bodies[node.name] = [ast.unparse(one) for one in _statements(node)]
    before, after = bodies.get(original, []), bodies.get(function, [])
    gone = [line for line in before if line not in after]
    come = [line for line in after if line not in before]
    return f"{' / '.join(gone)} -> {' / '.join(come)}"[:400]


def _statements(node: ast.AST) -> list[ast.stmt]:
    """Return the innermost statements under a function, with what heads the others as an expression."""
    found: list[ast.stmt] = []
    for one in ast.walk(node):
        if isinstance(one, ast.If | ast.While):
            found.append(ast.Expr(one.test))
        elif isinstance(one, ast.For | ast.AsyncFor):
            found.append(ast.Expr(one.iter))
        elif isinstance(one, ast.stmt) and not hasattr(one, "body"):
            found.append(one)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
