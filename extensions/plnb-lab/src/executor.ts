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
 * A check that is not passed yet must not keep Run All from the rest of the notebook. JupyterLab asks the cell's tags for that when it
 * sends the code, which is later where a kernel has to start first; the file is not to change, so until it is over the cell says one
 * tag more when it is asked.
 */
async function goingOn<T>(model: ICellModel, run: () => Promise<T>): Promise<T> {
  Object.defineProperty(model, 'metadata', {
    configurable: true,
    get: () => {
      const metadata = Reflect.get(Object.getPrototypeOf(model) as object, 'metadata', model) as ICellModel['metadata'];
      return { ...metadata, tags: [...(Array.isArray(metadata.tags) ? metadata.tags : []), GO_ON] };
    }
  });
  try {
    return await run();
  } finally {
    Reflect.deleteProperty(model, 'metadata');
  }
}
