/** Plugins that work inside notebooks. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { executorPlugin } from '../executor';
import { IStudentModel } from '../tokens';
import { NotebookController } from './controller';
import { hidden } from './hidden';
import { Outcomes } from './outcomes';

const cellsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'plnb:cells',
  description: 'Forks, gates, checks, answers and reflections inside notebooks.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [IStudentModel, ITranslator],
  activate: (app: JupyterFrontEnd, tracker: INotebookTracker, model: IStudentModel | null, translator: ITranslator | null) => {
    const trans = (translator ?? nullTranslator).load('plnb');
    const controllers = new WeakMap<NotebookPanel, NotebookController>();
    const outcomes = new Outcomes(
      notebook => tracker.find(panel => panel.content === notebook),
      ran => controllers.get(ran.panel)?.heard(ran)
    );
    const services = { model, outcomes, trans, commands: app.commands, hidden };
    const control = (panel: NotebookPanel): void => void controllers.set(panel, new NotebookController(panel, services));
    tracker.forEach(control);
    tracker.widgetAdded.connect((_, panel) => control(panel));
  }
};

const plugins: JupyterFrontEndPlugin<unknown>[] = [cellsPlugin, executorPlugin];

export default plugins;
