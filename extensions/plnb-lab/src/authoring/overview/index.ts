/** The course overview: its command, its place in the launcher, and the way into a preview and back. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { LabIcon } from '@jupyterlab/ui-components';

import { markPreviews } from './banner';
import { OverviewModel, Teaching } from './model';
import { OverviewWidget } from './widget';

const OPEN = 'plnb:open-overview';

/** How long a burst of saves lasts before the findings are asked for, in ms. */
const SETTLED = 500;

const overviewIcon = new LabIcon({
  name: 'plnb:overview',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" viewBox="0 0 20 20"><g class="jp-icon3" fill="none" stroke="#616161" stroke-width="1.8">' +
    '<path d="M3 4h14v4H3zM3 12h5v4H3zM12 12h5v4h-5zM10 8v2M5.5 12v-2h9v2"/></g></svg>'
});

const overviewPlugin: JupyterFrontEndPlugin<void> = {
  id: 'plnb:overview',
  description: 'The overview of a course, for whoever writes it.',
  autoStart: true,
  optional: [ITranslator, ICommandPalette, ILauncher, ILayoutRestorer, IDefaultFileBrowser, INotebookTracker],
  activate: (
    app: JupyterFrontEnd,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    restorer: ILayoutRestorer | null,
    browser: IDefaultFileBrowser | null,
    notebooks: INotebookTracker | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('plnb');
    const api = new Teaching(app.serviceManager.serverSettings);
    const tracker = new WidgetTracker<MainAreaWidget<OverviewWidget>>({ namespace: 'plnb-overview' });
    const category = trans.__('Course');

    const open = async (path: string, cell: number | null): Promise<void> => {
      const widget: unknown = await app.commands.execute('docmanager:open', { path });
      if (cell === null || !(widget instanceof NotebookPanel)) {
        return;
      }
      await widget.revealed;
      widget.content.activeCellIndex = cell;
      const found = widget.content.widgets[cell];
      if (found) {
        await widget.content.scrollToCell(found, 'start');
      }
    };
    const make = (path: string): MainAreaWidget<OverviewWidget> => {
      const model = new OverviewModel(api, path);
      const content = new OverviewWidget(
        model,
        {
          open: (file, cell) => void open(file, cell),
          preview: async made => {
            await app.commands.execute('docmanager:open', { path: made.open });
            await app.commands.execute('plnb:open-path');
            await app.commands.execute('plnb:refresh');
          }
        },
        trans
      );
      const widget = new MainAreaWidget({ content });
      // Only now: a MainAreaWidget gives its content a name that says nothing.
      content.node.setAttribute('role', 'region');
      content.node.setAttribute('aria-label', trans.__('Course overview'));
      widget.id = `plnb-overview-${path || 'root'}`;
      widget.title.label = trans.__('Course overview');
      widget.title.caption = path;
      widget.title.icon = overviewIcon;
      widget.title.closable = true;
      let waiting = 0;
      const saved = (): void => {
        window.clearTimeout(waiting);
        waiting = window.setTimeout(() => void model.refresh(), SETTLED);
      };
      const look = (_: unknown, change: { type: string; newValue: { path?: string } | null }): void => {
        const changed = change.newValue?.path ?? '';
        const folder = model.course?.path ?? path;
        if ((!folder || changed.startsWith(`${folder}/`)) && !changed.includes('/preview/') && /\.(ipynb|yaml|json)$/.test(changed)) {
          saved();
        }
      };
      app.serviceManager.contents.fileChanged.connect(look);
      widget.disposed.connect(() => {
        window.clearTimeout(waiting);
        app.serviceManager.contents.fileChanged.disconnect(look);
      });
      void model.refresh();
      return widget;
    };
    const show = (path: string): MainAreaWidget<OverviewWidget> => {
      const known = tracker.find(each => each.content.model.path === path || each.content.model.course?.path === path);
      const widget = known ?? make(path);
      if (!known) {
        void tracker.add(widget);
        app.shell.add(widget, 'main');
      } else {
        void known.content.model.refresh();
      }
      app.shell.activateById(widget.id);
      return widget;
    };

    app.commands.addCommand(OPEN, {
      label: args => (args['isLauncher'] ? trans.__('Course overview') : trans.__('Open the course overview')),
      caption: trans.__('The map of the course in this folder: change it, see what is checked where, preview it as a student'),
      icon: args => (args['isPalette'] ? undefined : overviewIcon),
      describedBy: {
        args: { type: 'object', properties: { path: { type: 'string', description: trans.__('The folder of the course') } } }
      },
      execute: args => show(typeof args['path'] === 'string' ? args['path'] : (browser?.model.path ?? ''))
    });
    palette?.addItem({ command: OPEN, category, args: { isPalette: true } });
    launcher?.add({ command: OPEN, category: trans.__('Other'), rank: 1, args: { isLauncher: true } });
    void restorer?.restore(tracker, {
      command: OPEN,
      args: widget => ({ path: widget.content.model.path }),
      name: widget => widget.content.model.path || 'root'
    });
    if (notebooks) {
      markPreviews(notebooks, api, trans, course => void show(course));
    }
  }
};

export default overviewPlugin;
