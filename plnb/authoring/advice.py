"""One line of advice for a fault that no check noticed. Words only."""

from __future__ import annotations

from typing import Final

from plnb.authoring.mutants import Kind, Mutant

_ADVICE: Final = {
    Kind.operator: "Test with numbers for which the two come out differently; 0, 1, 2 and equal numbers often hide it.",
    Kind.constant: "Test the value itself in the hidden tests, or with a tolerance narrow enough for this mistake.",
    Kind.branch: "Test one case for which the condition is true and one for which it is false.",
    Kind.returned: "Test what the function returns, not only that it runs.",
    Kind.off_by_one: "Test at the border: the first, the last, and one more.",
    Kind.swapped: "Test with two values whose order matters; where there are none, say so in the solution (# same {id}: why).",
    Kind.by_heart: "Add a hidden test with other values than the visible ones, or a fresh number for each grading.",
    Kind.empty: "Test that there is an answer at all, and what it is.",
    Kind.left_out: "Test what this line brings about; if nothing depends on it, the solution can do without.",
}


def advice_for(mutant: Mutant) -> str:
    """What could be done about a fault that nothing noticed."""
    return _ADVICE[mutant.kind].format(id=mutant.id)
