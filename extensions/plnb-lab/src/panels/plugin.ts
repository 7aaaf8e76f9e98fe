/** Adds the panel “My path” to the left side, its commands, and a button for it in notebooks. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, Notification } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { LabIcon } from '@jupyterlab/ui-components';

import { OPEN_AT, openAt } from '../opening';
import { IStudentModel } from '../tokens';
import { makeActions } from './actions';
import { PathPanel, type Tab } from './panel';
import type { ITold } from './shared';
import { PathButtons } from './toolbar';

const pathIcon = new LabIcon({
  name: 'plnb:path',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" viewBox="0 0 20 20"><g class="jp-icon3" fill="none" stroke="#616161" stroke-width="1.8" stroke-linecap="round">' +
    '<path d="M10 17v-5M10 12C5 12 5 9 5 6M10 12c5 0 5-3 5-6"/></g>' +
    '<g class="jp-icon3" fill="#616161"><circle cx="10" cy="16.5" r="2"/><circle cx="5" cy="4.5" r="2.2"/><circle cx="15" cy="4.5" r="2.2"/></g></svg>'
});

export const panelPlugin: JupyterFrontEndPlugin<void> = {
  id: 'plnb:panel',
  description: 'The student’s way through the course, in the left side panel.',
  autoStart: true,
  requires: [IStudentModel],
  optional: [ITranslator, ICommandPalette, ILayoutRestorer, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    model: IStudentModel,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    notebooks: INotebookTracker | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('plnb');
    const actions = makeActions(app, model, notebooks, trans);
    const panel = new PathPanel(model, actions, trans);
    panel.title.icon = pathIcon;
    app.shell.add(panel, 'left', { rank: 150 });
    restorer?.add(panel, panel.id);

    const category = trans.__('Course');
    const add = (command: string, label: string, execute: () => unknown): void => {
      app.commands.addCommand(command, { label, execute, describedBy: { args: { type: 'object', properties: {} } } });
      palette?.addItem({ command, category });
    };
    const show = (tab: Tab): void => {
      panel.tab = tab;
      app.shell.activateById(panel.id);
    };
    app.docRegistry.addWidgetExtension('Notebook', new PathButtons(model, trans, pathIcon, () => show('path')));
    app.commands.addCommand(OPEN_AT, {
      label: trans.__('Open at a place'),
      execute: ({ path, cell, check }) =>
        openAt(app.commands, { path: String(path), cell: String(cell ?? ''), check: String(check ?? '') }, notebooks?.currentWidget ?? null),
      describedBy: {
        args: { type: 'object', properties: { path: { type: 'string' }, cell: { type: 'string' }, check: { type: 'string' } }, required: ['path'] }
      }
    });
    add('plnb:open-path', trans.__('Show my path'), () => show('path'));
    add('plnb:open-skills', trans.__('Show what I can'), () => show('skills'));
    add('plnb:open-goals', trans.__('Show my goals'), () => show('goals'));
    add('plnb:open-profile', trans.__('Tell about me'), () => show('me'));
    add('plnb:refresh', trans.__('Ask again where I stand'), () => model.refresh());
    const notify = ({ done, text, mend }: ITold): void => {
      Notification.emit(`${text} ${mend}`.trim(), done ? 'success' : 'warning', { autoClose: done ? 5000 : false });
    };
    add('plnb:hand-in', trans.__('Hand in this unit'), async () => notify(await actions.handIn(model.view?.unit ?? '')));
    add('plnb:fetch-feedback', trans.__('Look for feedback'), async () => notify(await actions.fetch()));
  }
};
