/** Ids of the cells that are hidden, by notebook: written by the controllers, read by the executor. */
import type { INotebookModel } from '@jupyterlab/notebook';

import { readCellMeta, readChoices } from './meta';
import { hiddenCells } from './visibility';

export const hidden = new WeakMap<INotebookModel, ReadonlySet<string>>();

/** Whether a cell is hidden; where no controller has looked yet, by what the file says. */
export function isHidden(notebook: INotebookModel, cell: string): boolean {
  let known = hidden.get(notebook);
  if (!known) {
    const cells = [...notebook.cells].map(model => ({ id: model.id, meta: readCellMeta(model) }));
    known = hiddenCells(cells, readChoices(notebook), new Set());
  }
  return known.has(cell);
}
