/** From a notebook to facts, and from changes back to the notebook: one transaction each, so that one undo takes one choice back. */
import type { ICellModel } from '@jupyterlab/cells';
import type { INotebookContent } from '@jupyterlab/nbformat';
import type { Notebook } from '@jupyterlab/notebook';

import { isRecord } from '../cells/meta';
import type { CellType, ICell, IChange } from './facts';
import type { INewCell } from './inserts';

export function readCell(model: ICellModel): ICell {
  const tags = model.getMetadata('tags') as unknown;
  return {
    id: model.id,
    type: model.type as CellType,
    source: model.sharedModel.getSource(),
    plnb: model.getMetadata('plnb') as unknown,
    nbgrader: model.getMetadata('nbgrader') as unknown,
    tags: Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string') : []
  };
}

export function readCells(notebook: Notebook): ICell[] {
  return notebook.model ? [...notebook.model.cells].map(readCell) : [];
}

/** Cells that are selected, the active one among them, in their order. */
export function selectedIds(notebook: Notebook): string[] {
  return notebook.widgets.filter(cell => notebook.isSelectedOrActive(cell)).map(cell => cell.model.id);
}

export function write(notebook: Notebook, changes: readonly IChange[]): void {
  const { model } = notebook;
  if (!model || changes.length === 0) {
    return;
  }
  const cells = new Map([...model.cells].map(cell => [cell.id, cell]));
  model.sharedModel.transact(() => {
    for (const { id, set } of changes) {
      const cell = cells.get(id);
      for (const [key, value] of cell ? Object.entries(set) : []) {
        if (value === undefined) {
          cell?.deleteMetadata(key);
        } else {
          cell?.setMetadata(key, value);
        }
      }
    }
  });
}

/** Insert cells below the active one, and go to the first of them. */
export function insert(notebook: Notebook, cells: readonly INewCell[]): void {
  const { model } = notebook;
  if (!model || cells.length === 0) {
    return;
  }
  const at = model.cells.length ? notebook.activeCellIndex + 1 : 0;
  model.sharedModel.transact(() => {
    model.sharedModel.insertCells(
      at,
      cells.map(({ type, source, metadata }) => ({
        cell_type: type,
        source,
        metadata: JSON.parse(JSON.stringify(metadata)) as Record<string, never>,
        ...(type === 'code' ? { outputs: [], execution_count: null } : {})
      }))
    );
  });
  notebook.deselectAll();
  notebook.activeCellIndex = at;
  void notebook.scrollToItem(at, 'center');
}

/** The notebook as lint reads it: without outputs and pasted pictures, which it does not look at. */
export function text(notebook: Notebook): string {
  const content = notebook.model?.toJSON() as INotebookContent | undefined;
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: isRecord(content?.metadata) ? content.metadata : {},
    cells: readCells(notebook).map(({ id, type, source, plnb, nbgrader, tags }) => ({
      id,
      cell_type: type,
      source,
      metadata: { ...(plnb === undefined ? {} : { plnb }), ...(nbgrader === undefined ? {} : { nbgrader }), tags }
    }))
  });
}
