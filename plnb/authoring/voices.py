"""What made-up students write in their own words: goals, reflections, and answers that a person reads.

A handful of honest sentences, filled with what the notebook is about. No real student wrote any of them.
"""

from __future__ import annotations

import re
from random import Random
from typing import Final

GOALS: Final = (
    "By the end I want to be able to explain “{topic}” to a friend without looking anything up.",
    "I want to get “{topic}” right without the hints, and know why it is right.",
    "I would like to use “{topic}” for something of my own, not only for exercises.",
)
SHORT_GOALS: Final = ("Get better at “{topic}”.", "Pass every check in this unit.", "Understand “{topic}”.")
REFLECTIONS: Final = (
    "At first I only shuffled the numbers of “{topic}” around until the check was quiet. Then I wrote down what each "
    "of them means, with its unit, and the calculation was suddenly the obvious one. Next time I start with that.",
    "What helped most was to guess the size of the answer before I calculated it. In “{topic}” my first result was far too big, "
    "and because of the guess I noticed it myself.",
    "I still have to stop and think in “{topic}” about which number comes first. I made a small drawing each time, and it was "
    "right from then on. I would like one more exercise of this kind.",
)
SHORT_REFLECTIONS: Final = ("“{topic}” was fine.", "The hints helped.", "I was not sure about “{topic}” but it worked in the end.")
WORK: Final = (
    "My question was how far “{topic}” holds in my own street. I measured six times, wrote the unit beside every number, and drew "
    "the points before I calculated anything. One measurement does not fit: I think I read the scale wrongly there. I left it in."
)


def goal(topic: str, dice: Random, *, full: bool) -> str:
    """A goal about a topic."""
    return dice.choice(GOALS if full else SHORT_GOALS).format(topic=topic)


def reflection(topic: str, dice: Random, *, full: bool) -> str:
    """A reflection on a topic."""
    return dice.choice(REFLECTIONS if full else SHORT_REFLECTIONS).format(topic=topic)


def work(topic: str) -> str:
    """Something made for a task that a person reads."""
    return WORK.format(topic=topic)


def written(model: str, dice: Random, *, full: bool) -> str:
    """An answer for a person to read: all of what the teacher would write, or its first sentence."""
    model = re.sub(r"\A\*\*[^*]+\*\*\s*", "", model)  # a teacher's label such as "An answer with full points."
    if full:
        return model
    first = re.split(r"(?<=[.!?])\s+", model.strip(), maxsplit=1)[0]
    return f"I think: {first[:1].lower()}{first[1:]}" if dice.random() < 0.5 else first
