/** Opening a notebook at a place in it: a cell of ours, or a check. */
import type { Cell } from '@jupyterlab/cells';
import { type NotebookPanel, NotebookPanel as Panel } from '@jupyterlab/notebook';
import type { CommandRegistry } from '@lumino/commands';

import type { ISpot } from './route';

/** The command for who has no hand on the panel: cards in a notebook. Takes an `ISpot`. */
export const OPEN_AT = 'plnb:open-at';

/** Go to a place in the notebook in `front`, or open the one it is in. In Notebook 7 that opens in a page of its own, at its top. */
export async function openAt(commands: CommandRegistry, spot: ISpot, front: NotebookPanel | null): Promise<void> {
  const here = front?.context.path === spot.path;
  const widget: unknown = here ? front : await commands.execute('docmanager:open', { path: spot.path });
  if (!(widget instanceof Panel)) {
    return;
  }
  await widget.revealed;
  const cell = find(widget, spot);
  if (cell !== null) {
    widget.content.activeCellIndex = cell;
    const found = widget.content.widgets[cell];
    if (found) {
      await widget.content.scrollToCell(found as Cell, 'start');
    }
  }
}

function find(panel: NotebookPanel, { cell, check }: ISpot): number | null {
  const cells = panel.content.model?.cells;
  if (!cells || !(cell || check)) {
    return null;
  }
  const named = (model: { getMetadata(key: string): unknown }, key: string, field: string): unknown => {
    const value = model.getMetadata(key);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
  };
  for (let at = 0; at < cells.length; at++) {
    const model = cells.get(at);
    if ((cell && named(model, 'plnb', 'id') === cell) || (check && named(model, 'nbgrader', 'grade_id') === check)) {
      return at;
    }
  }
  return null;
}
