"""What was told stays true as talk goes on: the labelled dialogues, of which no less is to be right than was."""

from __future__ import annotations

from benchmarks.dialogues import dialogues, measure

HELD, GONE, BESIDES = (
    0.95,
    0.95,
    0.06,
)  # of what is true, of what is true no longer, and memories besides to a dialogue


def test_what_is_true_is_held_and_what_is_not_is_gone() -> None:
    """Of all dialogues together; `python -m benchmarks.dialogues --misses` prints each that is not as labelled."""
    whole = measure(dialogues()).whole
    assert whole.held / whole.true >= HELD
    assert whole.gone / whole.over >= GONE
    assert whole.besides / whole.dialogues <= BESIDES
