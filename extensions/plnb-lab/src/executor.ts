/**
 * Runs cells as JupyterLab does, and leaves out what is hidden: Run All, Above, Below, Restart & Run All and selections included.
 *
 * A plugin of its own, for only one executor can win: where another extension must have the place, switch this one off
 * (`plnb:executor`); hidden cells then run with the others, and everything else goes on.
 */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { ICellModel } from '@jupyterlab/cells';
import { INotebookCellExecutor, runCell } from '@jupyterlab/notebook';

import { isHidden } from './cells/hidden';
import { isAutomatic, readGrader } from './cells/meta';

/** What JupyterLab, nbclient and nbgrader all read as: when this cell fails, the ones after it run all the same. */
const GO_ON = 'raises-exception';

export const executorPlugin: JupyterFrontEndPlugin<INotebookCellExecutor> = {
  id: 'plnb:executor',
  description: 'Runs cells, except those on ways the student did not choose.',
  autoStart: true,
  provides: INotebookCellExecutor,
  activate: () => ({
    runCell: async options => {
      const { model } = options.cell;
      if (isHidden(options.notebook, model.id)) {
        return true;
      }
      return isAutomatic(readGrader(model)) ? goingOn(model, () => runCell(options)) : runCell(options);
    }
  })
};

/**
 * A check that is not passed yet must not keep Run All from the rest of the notebook. JupyterLab asks the cell's tags for that, in the
 * same turn in which it sends the code; the file is not to change, so the cell says one tag more while it is asked.
 */
function goingOn<T>(model: ICellModel, run: () => T): T {
  const { metadata } = model;
  const tags = Array.isArray(metadata.tags) ? metadata.tags : [];
  Object.defineProperty(model, 'metadata', { configurable: true, value: { ...metadata, tags: [...tags, GO_ON] } });
  try {
    return run();
  } finally {
    Reflect.deleteProperty(model, 'metadata');
  }
}
