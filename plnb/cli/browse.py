"""`plnb standards show`: leaf through the course's standards, from frameworks to groups to one of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from plnb.cli.console import CourseOption, JsonOption, count, out, print_json, table
from plnb.core.standards import Framework, Standard


def show(
    code: Annotated[str, typer.Argument(help="Code of a standard or group, in any spelling; without it, the frameworks.")] = "",
    course: CourseOption = Path(),
    json: JsonOption = False,
) -> None:
    """Leaf through the standards of the course: its frameworks and their groups, or one standard with all that is said of it."""
    from plnb.core.aligning import named
    from plnb.interop.codes import same_standard
    from plnb.store.layout import find_course
    from plnb.store.sources import load_standards

    known = load_standards(find_course(course).root).frameworks
    if not code:
        _show_frameworks(known, as_json=json)
        return
    # As everywhere in a course, the first framework that defines a code is meant.
    having = [each for each in known if any(same_standard(standard.code, code) for standard in each.standards)]
    framework, standard = named(code, having[:1] or known, same_standard, "find it by its words with: plnb standards search WORDS")
    _show_one(framework, standard, as_json=json)


def _show_frameworks(frameworks: Sequence[Framework], *, as_json: bool) -> None:
    if as_json:
        said = [{"id": each.id, "title": each.title, "standards": len(each.standards)} for each in frameworks]
        print_json({"frameworks": said})
        return
    for framework in frameworks:
        sizes = count(len(framework.standards), "standard")
        out.print(f"\n[bold]{escape(framework.title)}[/bold] ({escape(framework.id)}): {sizes}")
        out.print(_listed(framework, None))
    out.print("\nOne of them: plnb standards show CODE" if frameworks else "This course has no standards yet.")


def _show_one(framework: Framework, standard: Standard, *, as_json: bool) -> None:
    opens = [each.code for each in framework.standards if standard.code in each.requires]
    if as_json:
        members = [each.code for each in framework.standards if each.parent == standard.code]
        print_json({"framework": framework.id, **standard.model_dump(mode="json"), "members": members, "required_by": opens})
        return
    title = f" {escape(standard.title)}" if standard.title else ""
    out.print(f"[bold]{escape(standard.code)}[/bold]{title}\n{escape(standard.statement)}\n")
    facts = {
        "framework": framework.title,
        "part of": standard.parent or "",
        "requires": ", ".join(standard.requires),
        "required by": ", ".join(opens),
        "grades": ", ".join(standard.education_level),
        "also": ", ".join(map(str, standard.alignments)),
        "published at": standard.uri,
    }
    for name, fact in facts.items():
        if fact:
            out.print(f"{name}: {escape(fact)}")
    if any(each.parent == standard.code for each in framework.standards):
        out.print("\n", _listed(framework, standard.code), sep="")


def _listed(framework: Framework, group: str | None) -> object:
    """The members of a group, each with the number of its own."""
    shown = table("Code", "What it says", ">holds")
    sizes: dict[str, int] = {}
    for standard in framework.standards:
        if standard.parent is not None:
            sizes[standard.parent] = sizes.get(standard.parent, 0) + 1
    for standard in framework.standards:
        if standard.parent == group:
            shown.add_row(escape(standard.code), escape(standard.label), str(sizes.get(standard.code, "")))
    return shown
