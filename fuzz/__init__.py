"""Fuzzing: whatever bytes come in from outside end in an answer or in an error of ours, soon, and a refused write writes nothing.

Each module of `fuzz.targets` is one door: what stands behind it (`check`), inputs to begin with (`SEEDS`), and how to make
others of the right shape (`inputs`). `python -m fuzz` puts them to the test; `make test` replays `fuzz/corpus`.
"""
