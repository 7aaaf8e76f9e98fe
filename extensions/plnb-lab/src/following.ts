/**
 * Provides the student model and keeps it on the course that the student looks at: the notebook in front, or else the folder
 * that the file browser shows.
 */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { INotebookTracker } from '@jupyterlab/notebook';

import { Api } from './api';
import { StudentModel } from './model';
import { IStudentModel } from './tokens';

/** How long a view is good before a student who comes back to the page is shown a fresh one, in ms. */
const STALE_AFTER = 30_000;

/** How often what could not be sent is tried again, in ms. */
const RESEND_EVERY = 10_000;

export const modelPlugin: JupyterFrontEndPlugin<IStudentModel> = {
  id: 'plnb:model',
  description: 'Provides where the student stands in the course.',
  autoStart: true,
  provides: IStudentModel,
  optional: [INotebookTracker, IDefaultFileBrowser],
  activate: (app: JupyterFrontEnd, notebooks: INotebookTracker | null, browser: IDefaultFileBrowser | null): IStudentModel => {
    const model = new StudentModel(new Api(app.serviceManager.serverSettings));
    const follow = (): void => {
      const path = notebooks?.currentWidget?.context.path ?? browser?.model.path;
      if (path !== undefined) {
        void model.load(path);
      }
    };
    notebooks?.currentChanged.connect(follow);
    browser?.model.pathChanged.connect(follow);
    void app.restored.then(follow);

    // Elsewhere something may have happened: another tab, the student's own Python, or feedback that came back.
    let seen = Date.now();
    model.changed.connect(() => {
      seen = Date.now();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible' && Date.now() - seen > STALE_AFTER) {
        void model.refresh();
      }
    });
    const resend = (): void => {
      if (model.unsent) {
        void model.refresh();
      }
    };
    window.addEventListener('online', resend);
    window.setInterval(resend, RESEND_EVERY);
    return model;
  }
};
