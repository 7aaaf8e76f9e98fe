"""`plnb standards align`: say which published standards the course's own are the same as or related to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from plnb.cli.console import CourseOption, JsonOption, out, print_json, table
from plnb.core.standards import Alignment, Framework, Relation, Standard
from plnb.errors import InputError

if TYPE_CHECKING:
    from plnb.store.frameworks import Listed


def align(
    own: Annotated[str, typer.Argument(help="Code of your own standard; without it, what is aligned and what could be.")] = "",
    other: Annotated[str, typer.Argument(help="Code of the published standard.")] = "",
    course: CourseOption = Path(),
    relation: Annotated[
        Relation,
        # As the metavar they would be broken in the middle of a name.
        typer.Option("--as", metavar="RELATION", help=f"What your own is to the published one: {', '.join(Relation)}."),
    ] = Relation.related,
    of: Annotated[str, typer.Option("--of", help="The published framework, where two have the code.")] = "",
    framework: Annotated[str, typer.Option("--framework", "-f", help="Your own framework; the first in course.yaml without.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take the alignment away.")] = False,
    json: JsonOption = False,
) -> None:
    """Align your own standards to published ones: `plnb standards align SL.RATE.1 8.EE.B.5 --as isPartOf`.

    The published framework has been brought in with `plnb standards import`; `course.yaml` need not name it.

    Without codes: what is aligned, and for each standard that is not, up to three that use the same words.
    """
    from plnb.core.aligning import own_and_others
    from plnb.store.aligning import only
    from plnb.store.frameworks import of_course
    from plnb.store.layout import find_course

    known = of_course(find_course(course))
    mine, _ = own_and_others([each.framework for each in known if each.named], framework)
    here = next(each for each in known if each.framework is mine)
    others = [each.framework for each in known if each is not here]
    if not own:
        _say_all(mine, others, as_json=json)
    elif not other:
        raise InputError("An alignment is between two standards.", mend=f"Write: plnb standards align {own} CODE")
    elif remove:
        _remove(here, own, other, of, as_json=json)
    else:
        _align(here, own, other, relation, only(of, others), as_json=json)


def _align(here: Listed, own: str, other: str, relation: Relation, others: Sequence[Framework], *, as_json: bool) -> None:
    from plnb.store.aligning import align as do

    standard, wanted = do(here, own, other, relation, others)
    _say(standard, wanted, "aligned", here.file, as_json=as_json)


def _remove(here: Listed, own: str, other: str, of: str, *, as_json: bool) -> None:
    from plnb.store.aligning import take_away

    standard, found = take_away(here, own, other, of)
    for each in found:
        _say(standard, each, "removed", here.file, as_json=as_json)


# --- what is said -----------------------------------------------------------------------------------------------------------------


def _say(standard: Standard, alignment: Alignment, done: str, file: Path, *, as_json: bool) -> None:
    if as_json:
        print_json({"standard": standard.code, **alignment.model_dump(mode="json"), "done": done, "file": str(file)})
        return
    words = f"{alignment.relation.words} {alignment}"
    said = f"{standard.code} is {words}" if done == "aligned" else f"{standard.code} is no longer {words}"
    out.print(f"[green]✓[/green] {escape(said)}, in {escape(str(file))}")


def _say_all(mine: Framework, others: Sequence[Framework], *, as_json: bool) -> None:
    from plnb.core.aligning import not_aligned
    from plnb.core.likeness import Likeness

    aligned = [(standard, each) for standard in mine.standards for each in standard.alignments]
    words = Likeness([each.standards for each in others])
    homes = {id(standard): each.id for each in others for standard in each.standards}
    offers = [(standard, words.nearest(standard)) for standard in not_aligned(mine)]
    if as_json:
        print_json(
            {
                "framework": mine.id,
                "aligned": [{"standard": standard.code, **each.model_dump(mode="json")} for standard, each in aligned],
                "not_aligned": [
                    {
                        "standard": standard.code,
                        "statement": standard.statement,
                        "like": [{"framework": homes[id(o)], "code": o.code, "statement": o.statement} for o in offered],
                    }
                    for standard, offered in offers
                ],
            }
        )
        return
    if aligned:
        shown = table("Code", "is", "Standard")
        for standard, each in aligned:
            shown.add_row(escape(standard.code), each.relation.words, escape(str(each)))
        out.print(shown)
    for standard, offered in offers:
        out.print(f"\n[bold]{escape(standard.code)}[/bold] {escape(standard.statement)} [dim](not aligned)[/dim]")
        for like in offered:
            out.print(f"    {escape(like.code)} of {homes[id(like)]}: {escape(like.statement)}")
    if not aligned and not offers:
        out.print(f"{escape(mine.title)} has no standards to align.")
    elif not others:
        out.print("\nBring a published framework in to see what is like them: plnb standards import FILE")
    elif offers:
        out.print("\nAlign them one by one: plnb standards align CODE OTHER --as RELATION")
