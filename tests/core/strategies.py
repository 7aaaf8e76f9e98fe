"""Courses and records for hypothesis.

`clean_courses` have nothing in them that locks anybody out: every condition refers to what earlier steps that stand open to
everybody let a student reach, whichever way was chosen. `any_courses` are anything a teacher could type. `small_courses` have no
conditions: enough for what only concerns estimates, and quick.
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from plnb.core.base import Level, Trust
from plnb.core.cells import Option
from plnb.core.conditions import ActivityDone, All, AnyOf, CheckPassed, ChoiceIs, Condition, Not, StandardAtLeast, StandardBelow
from plnb.core.course import Activity, ActivityFork, Check, Course, Fork, Gate, Unit
from plnb.core.policy import (
    Average,
    Bkt,
    DecayingAverage,
    Ema,
    Highest,
    KhanLevels,
    Latest,
    MOfN,
    NTimes,
    Points,
    Policy,
    Rubric,
    Streak,
    WeightedAverage,
)
from plnb.core.policy_children import ChildPoints, CompetencyAll, CompetencyPoints
from plnb.core.records import Record, Verdict
from plnb.core.review import Fsrs, Ladder, NoReview, Review
from plnb.core.standards import Standard
from tests.core.builders import activity, attempt, check, chose, course, fork, gate, goal, option, override, standard

CODES = ("S1", "S2", "S3", "S4")
LEVELS = st.sampled_from(list(Level))

POLICIES: st.SearchStrategy[Policy] = st.one_of(
    st.builds(Streak, n=st.integers(2, 4), distinct=st.integers(1, 2), confirm_after_days=st.sampled_from([0.0, 1.0])),
    st.builds(MOfN, m=st.integers(2, 3), n=st.integers(3, 5), distinct=st.integers(1, 2)),
    st.builds(Latest, distinct=st.integers(1, 2)),
    st.builds(Highest, distinct=st.integers(1, 2)),
)
ANY_POLICIES: st.SearchStrategy[Policy] = st.one_of(
    POLICIES,
    st.builds(MOfN, m=st.just(3), n=st.integers(3, 7), distinct=st.integers(1, 3), count_assisted=st.booleans()),
    st.builds(Streak, n=st.integers(1, 3), distinct=st.just(1), correct_at=st.sampled_from([0.5, 1.0])),
    st.builds(Latest, familiar_at=st.sampled_from([0.0, 0.3]), proficient_at=st.sampled_from([0.3, 0.7, 1.0])),
    st.builds(Streak, n=st.integers(2, 3), confirm_mixed=st.booleans(), confirm_after_days=st.sampled_from([0.0, 5.0])),
    st.builds(Average, out_of=st.sampled_from([4.0, 5.0, 100.0]), distinct=st.integers(1, 2)),
    # Below a weight of 34 a right answer can lower the average: Canvas's rule, kept exactly, and the one exception to ours.
    st.builds(WeightedAverage, weight=st.integers(34, 99), proficient_at=st.sampled_from([0.5, 0.75, 1.0])),
    st.builds(DecayingAverage, weight=st.integers(50, 99), proficient_at=st.sampled_from([0.5, 0.75, 1.0])),
    st.builds(NTimes, n=st.integers(2, 4), distinct=st.integers(1, 2), proficient_at=st.sampled_from([0.5, 1.0])),
    st.builds(Ema, alpha=st.sampled_from([0.0, 0.5, 0.75]), distinct=st.integers(1, 3)),
    st.builds(
        Bkt,
        init=st.sampled_from([0.0, 0.4, 0.7]),
        learn=st.sampled_from([0.0, 0.1, 0.5]),
        slip=st.sampled_from([0.0, 0.1, 0.4]),
        guess=st.sampled_from([0.0, 0.2, 0.5]),
        distinct=st.integers(1, 2),
    ),
    st.builds(Bkt, learn=st.sampled_from([0.1, 0.3]), forget=st.sampled_from([0.005, 0.02])),
    st.builds(
        Points,
        value=st.sampled_from([1.0, 2.0]),
        max_points=st.sampled_from([2.0, 10.0]),
        constant=st.booleans(),
        count_assisted=st.booleans(),
    ),
    st.builds(KhanLevels, distinct=st.integers(1, 3), familiar_at=st.sampled_from([0.5, 0.7])),
    st.builds(Rubric, mastered=st.sampled_from([None, 3.5, 4.0]), distinct=st.integers(1, 2)),
)
REVIEWS: st.SearchStrategy[Review] = st.one_of(
    st.just(NoReview()),
    st.builds(Ladder, days=st.sampled_from([(7.0, 30.0, 60.0), (1.0,), (2.0, 2.0)])),
    st.builds(Fsrs, retention=st.sampled_from([0.8, 0.9, 0.95])),
)


@st.composite
def standards(draw: st.DrawFn) -> list[Standard]:
    """Standards whose prerequisites come before them."""
    return [
        standard(code, *draw(st.lists(st.sampled_from(CODES[:place]), unique=True, max_size=2)) if place else ())
        for place, code in enumerate(CODES)
    ]


@st.composite
def records(draw: st.DrawFn, of: Course, *, most: int = 15) -> list[Record]:
    """What one student may have left behind in a course: answers, choices, words, a teacher's word."""
    every = [(a, c) for a in of.activities() for c in a.checks]
    forks = list(of.forks())
    made: list[Record] = []
    for place in range(draw(st.integers(0, most))):
        kinds = ["attempt"] * 6 * bool(every) + ["choice"] * bool(forks) + ["override", "goal"]
        hours = draw(st.integers(0, 30 * 24)) + place / 60
        match draw(st.sampled_from(kinds)):
            case "attempt":
                where, what = draw(st.sampled_from(every))
                score = draw(st.sampled_from([0.0, 0.5, 0.9, 1.0, 1.0, 1.0]))
                verdict = draw(st.sampled_from([None, None, None, None, *Verdict]))
                made.append(
                    attempt(
                        f"{where.id}/{what.id}",
                        score,
                        hours=hours,
                        standards=what.standards,
                        trust=draw(st.sampled_from([Trust.graded, Trust.graded, *Trust])),
                        verdict=verdict,
                        hints=draw(st.sampled_from([0, 0, 0, 1])),
                        mixed=draw(st.sampled_from([False, False, False, True])),
                        submission=draw(st.sampled_from(["", "one", "two"])),
                        unit=where.unit,
                    )
                )
            case "choice":
                split = draw(st.sampled_from(forks))
                taken = draw(st.lists(st.sampled_from([o.id for o in split.options]), unique=True, max_size=2))
                made.append(chose(split.id, *taken, hours=hours))
            case "override":
                level = draw(st.one_of(st.none(), LEVELS))
                made.append(override(draw(st.sampled_from(CODES)), level, hours=hours, until=draw(st.sampled_from([None, 500]))))
            case _:
                made.append(goal("a goal", hours=hours))
    return made


@st.composite
def clean_courses(draw: st.DrawFn) -> Course:
    """A course without a fault. The rules it keeps, which are lint's:

    - a condition asks for at most proficient in a standard that open required activities before it check with at least four
      checks, on every way; for a check that is on no branch of such an activity; or for such an activity to be done;
    - required steps ask for nothing else (not for a choice, not for *not* knowing something);
    - each option of a fork has the same standards as the others and at least four checks.
    """
    solid: list[str] = []  # standards that can be reached by what stands open to everybody
    plain: list[Activity] = []  # activities open to everybody, on no branch
    nodes: list[Activity | ActivityFork] = []

    def condition() -> Condition | None:
        atoms: list[Condition] = [
            StandardAtLeast(standard=code, at_least=draw(st.sampled_from([Level.attempted, Level.familiar, Level.proficient])))
            for code in solid
        ]
        atoms += [ActivityDone(done=a.id) for a in plain]
        atoms += [CheckPassed(check=f"{a.id}/{a.checks[0].id}") for a in plain]
        if not atoms or draw(st.booleans()):
            return None
        some = tuple(draw(st.lists(st.sampled_from(atoms), min_size=1, max_size=3)))
        return some[0] if len(some) == 1 else draw(st.sampled_from([All(all=some), AnyOf(any=some)]))

    for place in range(draw(st.integers(1, 5))):
        code = draw(st.sampled_from(CODES))
        opens = condition()
        own = tuple(check(f"c{n}", code) for n in range(4))
        match draw(st.sampled_from(["plain", "plain", "inner", "fork", "optional", "reading"])):
            case "plain":
                shut = condition()
                inside = [gate(f"g{place}", shut, soft=draw(st.booleans()))] if shut else []
                node = activity(f"a{place}", *own, *inside, opens_when=opens)
                nodes.append(node)
                if opens is None and shut is None:
                    solid.append(code)
                    plain.append(node)
            case "inner":
                ways = Fork(id=f"f{place}", prompt="How?", options=(Option(id="x", title="X"), Option(id="y", title="Y")))
                branched = [check(f"{way}{n}", code, branch=f"f{place}/{way}") for way in "xy" for n in range(2)]
                nodes.append(activity(f"a{place}", *own, *branched, ways, opens_when=opens))
                if opens is None:
                    solid.append(code)
                    plain.append(nodes[-1])
            case "fork":
                options = [option(way, activity(f"a{place}{way}", *own, opens_when=opens)) for way in "xyz"]
                nodes.append(fork(f"f{place}", *options, pick=draw(st.integers(1, 2))))
                if opens is None:
                    solid.append(code)
            case "optional":
                below = StandardBelow(standard=code, below=draw(LEVELS))
                wish = draw(st.sampled_from([None, below, condition()]))
                nodes.append(activity(f"a{place}", *own, optional=True, opens_when=opens, suggest_when=wish))
            case _:
                nodes.append(activity(f"a{place}", teaches=[code], opens_when=opens))
    cut = draw(st.integers(0, len(nodes)))
    units = (Unit(id="u1", title="One", nodes=tuple(nodes[:cut])), Unit(id="u2", title="Two", nodes=_moved(nodes[cut:])))
    return course(units=units, standards=draw(standards()), policy=draw(POLICIES))


def _moved(nodes: Sequence[Activity | ActivityFork]) -> tuple[Activity | ActivityFork, ...]:
    """The same steps in the second unit."""
    return tuple(
        node.model_copy(update={"unit": "u2"})
        if isinstance(node, Activity)
        else node.model_copy(
            update={
                "options": tuple(
                    o.model_copy(update={"activities": tuple(a.model_copy(update={"unit": "u2"}) for a in o.activities)})
                    for o in node.options
                )
            }
        )
        for node in nodes
    )


_ATOMS: st.SearchStrategy[Condition] = st.one_of(
    st.builds(StandardAtLeast, standard=st.sampled_from([*CODES, "unknown"]), at_least=LEVELS),
    st.builds(StandardBelow, standard=st.sampled_from(CODES), below=LEVELS),
    st.builds(CheckPassed, check=st.sampled_from(["a0/c0", "a1/c1", "a2/x0", "gone/c0", "a0/gone"])),
    st.builds(ActivityDone, done=st.sampled_from(["a0", "a1", "a2", "a3", "gone"])),
    st.builds(ChoiceIs, choice=st.sampled_from(["f0/x", "f1/y", "f2/x", "gone/x", "f1/gone"])),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.builds(Not, not_=inner),
        st.builds(All, all=st.lists(inner, max_size=3).map(tuple)),
        st.builds(AnyOf, any=st.lists(inner, min_size=1, max_size=3).map(tuple)),
    ),
    max_leaves=4,
)


@st.composite
def any_courses(draw: st.DrawFn) -> Course:
    """Anything a teacher could type: gates nobody can pass, circles, branches of nothing, standards from nowhere."""
    nodes: list[Activity | ActivityFork] = []
    for place in range(draw(st.integers(0, 4))):

        def one(name: str, place: int = place) -> Activity:
            inside: list[Check | Fork | Gate] = [
                check(
                    f"c{n}",
                    draw(st.sampled_from([*CODES, "unknown"])),
                    role=draw(st.sampled_from(["check", "check", "probe", "challenge"])),
                    manual=draw(st.booleans()),
                    branch=draw(st.sampled_from([None, None, f"f{place}/x", f"f{place}/y", "gone/x"])),
                )
                for n in range(draw(st.integers(0, 3)))
            ]
            if draw(st.booleans()):
                ways = (Option(id="x", title="X"), Option(id="y", title="Y"))
                inside.append(Fork(id=f"f{place}", prompt="How?", pick=draw(st.integers(1, 3)), options=ways))
            if draw(st.booleans()):
                inside.append(Gate(id=f"g{name}", opens_when=draw(st.one_of(st.none(), CONDITIONS)), soft=draw(st.booleans())))
            return activity(
                name,
                *inside,
                optional=draw(st.booleans()),
                opens_when=draw(st.one_of(st.none(), CONDITIONS)),
                suggest_when=draw(st.one_of(st.none(), CONDITIONS)),
            )

        if draw(st.booleans()):
            nodes.append(one(f"a{place}"))
        else:
            ways = [option(way, one(f"a{place}{way}"), suggest_when=draw(st.one_of(st.none(), CONDITIONS))) for way in "xy"]
            nodes.append(fork(f"h{place}", *ways, pick=draw(st.integers(1, 3))))
    return course(*nodes, standards=draw(standards()), policy=draw(ANY_POLICIES))


@st.composite
def small_courses(draw: st.DrawFn) -> Course:
    """Two activities with two checks each, under any policy and review, and a standard made of the two that they check."""
    pair = st.lists(st.sampled_from(CODES[:2]), min_size=1, max_size=2, unique=True)
    nodes = [activity(name, *(check(f"c{n}", *draw(pair)) for n in range(2))) for name in ("a0", "a1")]
    here = course(*nodes, policy=draw(ANY_POLICIES), review=draw(REVIEWS))
    # S5 is made of the other two, by one of the rules over children.
    parts = (ChildPoints(standard="S1", points=2, required=draw(st.booleans())), ChildPoints(standard="S2"))
    over = draw(st.sampled_from([CompetencyAll(standards=("S1", "S2")), CompetencyPoints(points=2, standards=parts)]))
    return here.model_copy(update={"mastery": here.mastery.model_copy(update={"standards": {"S5": over}})})
