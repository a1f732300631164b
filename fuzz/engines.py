"""The two ways to make inputs: by shape (Hypothesis), and by what runs code that has not run yet (atheris, libFuzzer's Python).

Each runs in a process of its own, `python -m fuzz.engines ENGINE TARGET SECONDS FOLDER`, and ends it: 0 where the time ran
out with nothing found. What was being tried when it ended is in FOLDER/now.
"""

from __future__ import annotations

import importlib.util
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

FOUND = 77  # the exit code that libFuzzer has for a crash


def has_atheris() -> bool:
    """Whether coverage can guide: atheris is an extra, and there are wheels of it for Linux alone."""
    return importlib.util.find_spec("atheris") is not None


def _noted(folder: Path, check: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Return a check that leaves what it was given in the folder, for the case that it never returns."""
    from fuzz.doors import Hang, limited

    now = folder / "now"

    def noted(given: bytes) -> None:
        now.write_bytes(given)
        try:
            limited(check, given)
        except Hang as error:
            raise AssertionError(str(error)) from error

    return noted


def by_shape(name: str, seconds: float, folder: Path) -> None:
    """Let Hypothesis make inputs of the target's shape, and shrink what fails, until the time is up."""
    from hypothesis import HealthCheck, Phase, given, settings

    from fuzz.targets import target

    one = target(name)
    check, end, tried = _noted(folder, one.check), time.monotonic() + seconds, 0

    @settings(
        max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.target, Phase.shrink],
    )  # fmt: skip
    @given(one.inputs)
    def round(made: bytes) -> None:
        nonlocal tried
        tried += 1
        check(made)

    while time.monotonic() < end:
        round()
    print(f"{tried:,} inputs by shape")


def by_coverage(name: str, seconds: float, folder: Path) -> None:
    """Let atheris change the corpus, keeping what runs new code; libFuzzer ends the process."""
    import atheris

    grown = folder / "grown"
    grown.mkdir(exist_ok=True)
    # Nothing of the package may be imported before: what is, is not counted. It imports some parts of its own when first used.
    with atheris.instrument_imports(include=["holdfast"]):
        from fuzz import corpus
        from fuzz.doors import SECONDS
        from fuzz.targets import target

        one = target(name)
        check = _noted(folder, one.check)
        for given in corpus.inputs(name, one.seeds):
            (grown / corpus.name_of(given)).write_bytes(given)
            check(given)
    from fuzz.mutate import changed

    def mutator(given: bytes, most: int, seed: int) -> bytes:
        return changed(given, atheris.Mutate, most, seed)

    # The limit of ours is of processor time; libFuzzer's, of the clock, ends what no Python code can.
    flags = [
        f"-max_total_time={int(seconds)}",
        f"-timeout={int(SECONDS) * 12}",
        "-max_len=65536",
        "-rss_limit_mb=4096",
        "-print_final_stats=1",
    ]
    flags += [f"-artifact_prefix={folder}/found-", "-verbosity=1", "-reload=0"]
    atheris.Setup([name, *flags, str(grown)], check, custom_mutator=mutator)
    atheris.Fuzz()


ENGINES = {"shape": by_shape, "coverage": by_coverage}

if __name__ == "__main__":
    engine, target_name, budget, place = sys.argv[1:]
    try:
        ENGINES[engine](target_name, float(budget), Path(place))
    except Exception:
        traceback.print_exc()
        sys.exit(FOUND)
