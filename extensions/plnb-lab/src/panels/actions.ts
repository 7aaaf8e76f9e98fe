/** What the panel's buttons do: open at a place, read a page, keep, hand in. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { type INotebookTracker, type NotebookPanel, NotebookPanel as Panel } from '@jupyterlab/notebook';
import type { Cell } from '@jupyterlab/cells';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { ISpot } from '../route';
import { type IStudentModel, PlnbError } from '../tokens';
import { problemWords, whenWords } from '../words';
import type { IActions } from './shared';

export function makeActions(
  app: JupyterFrontEnd,
  model: IStudentModel,
  notebooks: INotebookTracker | null,
  trans: TranslationBundle
): IActions {
  return {
    open: spot => void open(app, spot),
    read: path => void app.commands.execute('docmanager:open', { path, factory: path.endsWith('.html') ? 'HTML Viewer' : undefined }),
    record: (path, record) => model.record(path, [record]),
    forget: id => model.forget(id),
    saveProfile: profile => model.saveProfile(profile),
    handIn: async unit => {
      const folder = model.view?.folders[unit] ?? '';
      try {
        await saveOpen(notebooks, folder);
        const { at } = await model.submit(folder);
        return { done: true, text: trans.__('Handed in: %1.', whenWords(trans, at)), mend: '' };
      } catch (error) {
        if (error instanceof PlnbError) {
          return { done: false, ...problemWords(trans, error.problem) };
        }
        return { done: false, text: trans.__('It could not be handed in.'), mend: String(error) };
      }
    }
  };
}

/** Open a notebook and go to the place. In Notebook 7 it opens in a page of its own, at its top. */
async function open(app: JupyterFrontEnd, spot: ISpot): Promise<void> {
  const widget: unknown = await app.commands.execute('docmanager:open', { path: spot.path });
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

/** What is handed in is what is on disk, so what is on the screen goes there first. */
async function saveOpen(notebooks: INotebookTracker | null, folder: string): Promise<void> {
  const open: NotebookPanel[] = [];
  notebooks?.forEach(panel => open.push(panel));
  const unsaved = open.filter(panel => panel.context.path.startsWith(`${folder}/`) && panel.context.model.dirty);
  await Promise.all(unsaved.map(panel => panel.context.save()));
}
