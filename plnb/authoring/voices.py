"""What made-up students write in their own words: goals, reflections, and answers that a person reads.

A handful of honest sentences, filled with what the notebook is about; `turn` goes round them, so that nobody repeats
themselves soon. No real student wrote any of them.
"""

from __future__ import annotations

import re
from typing import Final

GOALS: Final = (
    "By the end I want to be able to explain “{topic}” to a friend without looking anything up.",
    "I want to get “{topic}” right without the hints, and know why it is right.",
    "I would like to use “{topic}” for something of my own, not only for exercises.",
)
SHORT_GOALS: Final = ("Get better at “{topic}”.", "Pass every check in this unit.", "Understand “{topic}”.")

ABOUT_ME: Final = (
    "I swim, and I like to take things apart to see how they work. A drawing helps me more than a page of text.",
    "I make music with two friends. I understand something new best when I may try it out before somebody explains it.",
    "I like being outside, and cooking. An example with real numbers helps me; without one I get lost quickly.",
)
SHORT_ABOUT_ME: Final = ("Football. Examples help.", "I like to draw.", "Games, mostly. Short texts are better.")

REFLECTIONS: Final = (
    "At first I only shuffled the numbers around until the check was quiet. Then I wrote down what each of them means, with its "
    "unit, and the calculation for “{topic}” was suddenly the obvious one. Next time I start with that.",
    "What helped most was to guess the size of the answer before I calculated it. In “{topic}” my first result was far too big, "
    "and because of the guess I noticed it myself.",
    "I still have to stop and think in “{topic}” about which number comes first. I made a small drawing each time, and it was "
    "right from then on. I would like one more exercise of this kind.",
    "I explained “{topic}” to my sister. I could say what to do, but not why it works, so I read the example again and now I can.",
    "The first hint was enough this time: it asked the question that I should have asked myself. I was sure too early.",
    "“{topic}” was easier than I had thought, because it is the same idea as before in another place. The words were new, the "
    "numbers were not.",
)
SHORT_REFLECTIONS: Final = (
    "“{topic}” was fine.",
    "The hints helped.",
    "I was not sure about “{topic}” but it worked in the end.",
    "The last one was hard.",
    "I would do the drawing first next time.",
)

WORK: Final = (
    "**What I made for this.** My question was how far “{topic}” holds in my own street. I measured six times, wrote the unit "
    "beside every number, and drew the points before I calculated anything. One measurement does not fit: I think I read the "
    "scale wrongly there. I left it in."
)


def goal(topic: str, turn: int, *, full: bool) -> str:
    """A goal about a topic."""
    return _in_turn(GOALS if full else SHORT_GOALS, turn).format(topic=topic)


def about_me(turn: int, *, full: bool) -> str:
    """A few words about oneself."""
    return _in_turn(ABOUT_ME if full else SHORT_ABOUT_ME, turn)


def reflection(topic: str, turn: int, *, full: bool) -> str:
    """A reflection on a topic."""
    return _in_turn(REFLECTIONS if full else SHORT_REFLECTIONS, turn).format(topic=topic)


def work(topic: str) -> str:
    """Something made for a task that a person reads."""
    return WORK.format(topic=topic)


def written(model: str, turn: int, *, full: bool) -> str:
    """An answer for a person to read: all of what the teacher would write, or its first sentence."""
    model = re.sub(r"\A\*\*[^*]+\*\*\s*", "", model)  # a teacher's label such as "An answer with full points."
    if full:
        return model
    first = re.split(r"(?<=[.!?])\s+", model.strip(), maxsplit=1)[0]
    return f"I think: {first[:1].lower()}{first[1:]}" if turn % 2 else first


def _in_turn(said: tuple[str, ...], turn: int) -> str:
    return said[turn % len(said)]
