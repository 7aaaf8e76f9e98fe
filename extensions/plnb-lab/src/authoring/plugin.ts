/** Adds the authoring panel to the right side, its commands and shortcuts, and the badges on cells. */
import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { LabIcon } from '@jupyterlab/ui-components';

import { AuthorApi } from './api';
import { Badges } from './badges';
import { CHECK_ROLES, metaOf, setFields } from './facts';
import { type Insert, INSERTS } from './inserts';
import { AuthoringModel } from './model';
import { AuthorPanel } from './panel';
import { insertWord } from './words';

const authorIcon = new LabIcon({
  name: 'plnb:author',
  svgstr:
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" viewBox="0 0 20 20"><g class="jp-icon3" fill="none" stroke="#616161" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">' +
    '<path d="M3 4h9M3 8h6M3 12h4M3 16h3"/><path d="M9 16l.8-3.2L16 6.5l2.4 2.4-6.2 6.3z"/></g></svg>'
});

/** What a shortcut for a notebook in command mode listens to: JupyterLab's own words for it. */
const COMMAND_MODE = '.jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus:not(:read-write)';

/** Second key after P. */
const KEYS: Readonly<Partial<Record<Insert, string>>> = {
  check: 'C',
  fresh: 'S',
  vary: 'V',
  choice: 'O',
  number: 'N',
  text: 'T',
  ordering: 'L',
  fork: 'F',
  gate: 'G',
  reflection: 'R'
};

/** Steps of a hint ladder: a nudge, a step, a worked example. */
const RUNGS = 3;

export const authorPlugin: JupyterFrontEndPlugin<void> = {
  id: 'plnb:author',
  description: 'The authoring panel, for the notebooks of a course’s source.',
  autoStart: true,
  requires: [INotebookTracker],
  optional: [ITranslator, ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('plnb');
    const model = new AuthoringModel(new AuthorApi(app.serviceManager.serverSettings), tracker, trans);
    new Badges(model, trans);
    const panel = new AuthorPanel(model, trans);
    panel.title.icon = authorIcon;
    app.shell.add(panel, 'right', { rank: 150 });
    restorer?.add(panel, panel.id);

    const category = trans.__('Course writing');
    const add = (command: string, label: string, execute: () => void, key?: string, always = false): void => {
      app.commands.addCommand(command, {
        label,
        isEnabled: () => always || model.view !== null,
        execute,
        describedBy: { args: { type: 'object', properties: {} } }
      });
      palette?.addItem({ command, category });
      if (key) {
        app.commands.addKeyBinding({ command, keys: ['P', key], selector: COMMAND_MODE });
      }
    };
    const show = (): void => app.shell.activateById(panel.id);
    add('plnb:author', trans.__('Show the authoring panel'), show, 'P', true);
    for (const what of INSERTS) {
      add(`plnb:insert-${what}`, trans.__('Insert: %1', insertWord(trans, what)), () => model.insert(what), KEYS[what]);
    }
    add(
      'plnb:insert-hints',
      trans.__('Insert: Hint ladder'),
      () => {
        const checks = model.chosen.filter(cell => CHECK_ROLES.includes(metaOf(cell)?.role ?? 'explain'));
        model.apply(
          checks.flatMap(cell => {
            const meta = metaOf(cell);
            const hints = meta && 'hints' in meta ? (meta.hints ?? []) : [];
            return setFields([cell], { hints: [...hints, ...Array<string>(Math.max(0, RUNGS - hints.length)).fill('')] });
          })
        );
        show();
      },
      'H'
    );
    model.changed.connect(() => app.commands.notifyCommandChanged());
  }
};
