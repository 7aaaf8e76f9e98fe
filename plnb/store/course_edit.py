"""One edit of a course file, carried out twice: in its text, and in the plain values that the text must come to say.

Finds what an edit names and says which lines that means; `course_edits` compares the two, and knows the disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from plnb.core.authored import ActivityEntry, CourseFile, ForkEntry, OptionEntry
from plnb.core.course_edits import (
    AddActivity,
    AddFork,
    AddInterest,
    AddOption,
    AddUnit,
    Edit,
    MoveOption,
    MoveStep,
    MoveUnit,
    NewOption,
    Remove,
    Rename,
    SetCondition,
    SetMinutes,
    SetOptional,
    SetPick,
    SetStandards,
)
from plnb.errors import InputError, NotFoundError
from plnb.store.yaml_edit import delete_item, delete_key, insert_item, move_item, set_value
from plnb.store.yaml_text import Path as At

_ACTIVITY: Final = tuple(ActivityEntry.model_fields)
_OPTION: Final = tuple(OptionEntry.model_fields)
_FILE: Final = tuple(CourseFile.model_fields)


class Work:
    """A course file on its way: its text, and beside it the plain values that the text must come to say."""

    def __init__(self, file: CourseFile, data: Any, text: str) -> None:
        self.file, self.data, self.text = file, data, text

    def do(self, edit: Edit) -> None:
        """Carry out an edit."""
        match edit:
            case MoveUnit():
                self._move(("units",), self._unit(edit.unit), ("units",), self._before_unit(edit.before))
            case MoveStep():
                self._move_step(edit)
            case MoveOption():
                self._move_option(edit)
            case Rename():
                self._set((*self._part(edit.what, edit.id), "prompt" if edit.what == "fork" else "title"), edit.title)
            case SetMinutes():
                self._set((*self._step(edit.activity), "minutes"), edit.minutes)
            case SetOptional():
                self._set((*self._step(edit.activity), "optional"), edit.optional or None)
            case SetStandards():
                self._set((*self._step(edit.activity), "standards"), list(edit.standards) or None)
            case SetCondition():
                self._set_condition(edit)
            case SetPick():
                self._set((*self._step(edit.fork), "pick"), edit.pick)
            case AddUnit():
                self._add(("units",), {"id": edit.unit, "title": edit.title, "steps": []})
            case AddActivity():
                self._add(self._home(edit.unit, edit.option), _activity(edit))
            case AddFork():
                options = [_option(each) for each in edit.options]
                fork = {"fork": edit.fork, "prompt": edit.prompt, "pick": 1, "options": options}
                self._add(self._home(edit.unit, None), fork)
            case AddOption():
                self._add((*self._step(edit.fork), "options"), _option(edit.option))
            case AddInterest():
                self._set(("interests",), [*dict.fromkeys((*self.file.interests, edit.interest))])
            case Remove():
                self._remove(edit)

    def _move_step(self, edit: MoveStep) -> None:
        *sequence, index = self._step(edit.step)
        to = self._home(edit.unit, edit.option)
        entry = self._entry(edit.step)
        if isinstance(entry, ForkEntry) and edit.option is not None:
            raise InputError(
                "A choice cannot stand inside an option of another choice.", mend="Put the choice into the unit, above or below."
            )
        self._not_the_last(edit.step, tuple(sequence), leaving=to != tuple(sequence))
        there = [_name(step) for step in self._at(to) or []]
        self._move(tuple(sequence), number_of(index), to, _before(there, edit.before))

    def _move_option(self, edit: MoveOption) -> None:
        *sequence, index = self._option(edit.option)
        there = [option["id"] for option in self._at(tuple(sequence))]
        self._move(tuple(sequence), number_of(index), tuple(sequence), _before(there, edit.before))

    def _set_condition(self, edit: SetCondition) -> None:
        if edit.what == "option" and edit.field == "opens_when":
            raise InputError("An option is always open; only what is in it can wait.", mend="Set the condition on its activity.")
        value = edit.condition.model_dump(mode="json", by_alias=True) if edit.condition else None
        self._set((*self._part(edit.what, edit.id), edit.field), value)

    def _remove(self, edit: Remove) -> None:
        *sequence, index = self._part(edit.what, edit.id)
        if edit.what == "option" and len(self._at(tuple(sequence))) == 1:
            raise InputError("A choice needs at least one option.", mend="Take the whole choice out instead.")
        self._not_the_last(edit.id, tuple(sequence), leaving=edit.what == "activity")
        self.text = delete_item(self.text, tuple(sequence), number_of(index))
        del self._at(tuple(sequence))[index]

    def _not_the_last(self, step: str, sequence: At, *, leaving: bool) -> None:
        if leaving and "options" in sequence and len(self._at(sequence)) == 1:
            raise InputError(
                f"“{step}” is the only activity of its option, and an option needs one.",
                mend="Put another activity into the option first, or take the option out.",
            )

    # --- values and text, side by side ------------------------------------------------------------------------------------------

    def _set(self, path: At, value: object) -> None:
        """Set a key; None takes it away."""
        *above, key = path
        owner = self._at(tuple(above))
        if value is None:
            if key in owner:
                self.text = delete_key(self.text, path)
                del owner[key]
            return
        if key in owner and owner[key] == value:
            return
        order = _FILE if not above else _ACTIVITY if "notebook" in owner else _OPTION
        self.text = set_value(self.text, path, value, order=order)
        owner[key] = value

    def _add(self, sequence: At, value: object) -> None:
        *above, key = sequence
        items = self._at(tuple(above)).get(key) or []
        self.text = insert_item(self.text, sequence, len(items), value)
        self._at(tuple(above))[key] = [*items, value]

    def _move(self, sequence: At, index: int, to: At, place: int) -> None:
        if sequence == to and place in (index, index + 1):
            return
        self.text = move_item(self.text, sequence, index, to, place)
        source = self._at(sequence)
        *above, key = to
        owner = self._at(tuple(above))
        target = owner[key] = owner.get(key) or []
        moved = source[index]
        source[index] = None  # kept as a gap until the place is found, so that numbers hold
        target.insert(place, moved)
        source.pop(next(number for number, each in enumerate(source) if each is None))

    def _at(self, path: At) -> Any:
        value: Any = self.data
        for part in path:
            value = value.get(part) if isinstance(value, dict) else value[part]
        return value

    # --- finding ----------------------------------------------------------------------------------------------------------------

    def _part(self, what: str, name: str) -> At:
        match what:
            case "unit":
                return ("units", self._unit(name))
            case "option":
                return self._option(name)
        return self._step(name)

    def _unit(self, name: str) -> int:
        for number, unit in enumerate(self.file.units):
            if unit.id == name:
                return number
        raise _missing("unit", name)

    def _before_unit(self, name: str | None) -> int:
        return len(self.file.units) if name is None else self._unit(name)

    def _step(self, name: str) -> At:
        return self._found(name)[0]

    def _entry(self, name: str) -> ActivityEntry | ForkEntry:
        return self._found(name)[1]

    def _found(self, name: str) -> tuple[At, ActivityEntry | ForkEntry]:
        for path, entry in steps(self.file):
            if _id(entry) == name:
                return path, entry
        raise _missing("activity or choice", name)

    def _option(self, ref: str) -> At:
        fork, _, option = ref.partition("/")
        path, entry = self._found(fork)
        for number, each in enumerate(entry.options if isinstance(entry, ForkEntry) else ()):
            if each.id == option:
                return (*path, "options", number)
        raise _missing("option", ref)

    def _home(self, unit: str, option: str | None) -> At:
        """The list that an activity of this unit, or of this option, stands in."""
        number = self._unit(unit)
        if option is None:
            return ("units", number, "steps")
        path = self._option(option)
        if path[:2] != ("units", number):
            raise InputError(f"The option {option} is not in the unit {unit}.", mend="Reload the page.")
        return (*path, "steps")


def steps(file: CourseFile) -> Iterator[tuple[At, ActivityEntry | ForkEntry]]:
    """Every activity and choice, and where the file says it."""
    for u, unit in enumerate(file.units):
        for s, step in enumerate(unit.steps):
            yield ("units", u, "steps", s), step
            for o, option in enumerate(step.options if isinstance(step, ForkEntry) else ()):
                for a, entry in enumerate(option.steps):
                    yield ("units", u, "steps", s, "options", o, "steps", a), entry


def _id(entry: ActivityEntry | ForkEntry) -> str:
    return entry.notebook if isinstance(entry, ActivityEntry) else entry.fork


def _name(step: Mapping[str, Any]) -> str:
    return str(step.get("notebook") or step.get("fork"))


def number_of(part: str | int) -> int:
    """A part of a path that is a place in a list."""
    assert isinstance(part, int)
    return part


def _before(names: list[str], wanted: str | None) -> int:
    if wanted is None:
        return len(names)
    if wanted not in names:
        raise _missing("place", wanted)
    return names.index(wanted)


def _missing(what: str, name: str) -> NotFoundError:
    return NotFoundError(f"The course has no {what} “{name}”.", mend="Reload the page to see the course as it is now.")


def _activity(new: AddActivity) -> dict[str, object]:
    made: dict[str, object] = {"notebook": new.notebook, "title": new.title}
    if new.standards:
        made["standards"] = list(new.standards)
    if new.minutes:
        made["minutes"] = new.minutes
    if new.optional:
        made["optional"] = True
    return made


def _option(new: NewOption) -> dict[str, object]:
    return {"id": new.id, "title": new.title, "steps": [{"notebook": new.notebook, "title": new.title}]}
