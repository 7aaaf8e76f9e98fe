/**
 * One question with other numbers: the cell its givens are made in, and the whole number on a line of that cell.
 *
 * The same rules as `plnb.core.variants` and `plnb.core.compiling`, here because a notebook must work without a server.
 */
import type { ICellModel } from '@jupyterlab/cells';
import type { Notebook } from '@jupyterlab/notebook';

import { VARIANTS, type VaryCell } from '../schema';
import { isAutomatic, readCellMeta, readGrader } from './meta';

/** The cell that a question's numbers come from, and the number that is in it now. */
export interface INumbers {
  readonly model: ICellModel;
  readonly name: string;
  readonly variants: number;
  readonly number: number;
}

/** The numbers of the question a check belongs to; null where they are always the same, or the line cannot be read. */
export function numbersOf(notebook: Notebook, check: ICellModel): INumbers | null {
  const branch = readCellMeta(check)?.branch ?? null;
  let found: { model: ICellModel; meta: VaryCell }[] = [];
  let tested = false;
  for (const { model } of notebook.widgets) {
    const meta = readCellMeta(model);
    const grader = readGrader(model);
    if (model === check) {
      const nearest = found.reverse().find(one => [null, branch].includes(one.meta.branch ?? null));
      const number = nearest ? numberIn(nearest.model.sharedModel.getSource(), nearest.meta.name) : null;
      return nearest && number !== null
        ? { model: nearest.model, name: nearest.meta.name, variants: nearest.meta.variants ?? VARIANTS, number }
        : null;
    }
    const varies = model.type === 'code' && meta?.role === 'vary';
    if (tested && (varies || (grader?.solution && !grader.grade && !grader.task))) {
      found = [];
      tested = false;
    }
    if (varies) {
      found.push({ model, meta });
    }
    tested ||= isAutomatic(grader);
  }
  return null;
}

/** Put the next number there, after the last one the first: an edit like any other, which can be undone. */
export function putNext({ model, name, variants, number }: INumbers): void {
  const place = placeOf(model.sharedModel.getSource(), name);
  if (place) {
    model.sharedModel.updateSource(place.start, place.end, String(number < variants ? number + 1 : 1));
  }
}

/** Tell when the question of a check gets another number, as long as the owner's signals live. */
export function watchNumbers(notebook: Notebook, check: ICellModel, tell: () => void, owner: object): void {
  let known = numbersOf(notebook, check);
  // A cell's content also changes when it says something new: only the number matters.
  known?.model.contentChanged.connect(() => {
    const now = numbersOf(notebook, check);
    if (now && now.number !== known?.number) {
      known = now;
      tell();
    }
  }, owner);
}

/** The whole number, 1 to 9999, that one line sets the name to; null where there is no such line or more than one. */
export function numberIn(source: string, name: string): number | null {
  const place = placeOf(source, name);
  return place && Number(source.slice(place.start, place.end));
}

function placeOf(source: string, name: string): { start: number; end: number } | null {
  const sets = new RegExp(`^${name}[ \\t]*=(?!=)[ \\t]*`);
  let found: { start: number; end: number } | null = null;
  let times = 0;
  let offset = 0;
  for (const line of source.split('\n')) {
    const head = sets.exec(line)?.[0];
    if (head !== undefined) {
      times += 1;
      const digits = /^([1-9][0-9]{0,3})[ \t]*(#.*)?\r?$/s.exec(line.slice(head.length))?.[1];
      found = digits ? { start: offset + head.length, end: offset + head.length + digits.length } : null;
    }
    offset += line.length + 1;
  }
  return times === 1 ? found : null;
}
