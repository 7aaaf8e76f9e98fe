/** The line above a notebook of a preview: it says what this is, and leads back to the course. */
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { Preview } from '../../schema';
import { levelWord } from '../../words';
import type { ITeaching } from './model';

/** Only notebooks in a folder of this name are asked about. */
const FOLDER = /(^|\/)preview\//;

export function markPreviews(
  notebooks: INotebookTracker,
  api: ITeaching,
  trans: TranslationBundle,
  back: (course: string) => void
): void {
  notebooks.widgetAdded.connect((_, panel) => {
    const { path } = panel.context;
    if (FOLDER.test(path)) {
      // Another folder that happens to have this name is no preview, and the server says so.
      api.previewOf(path).then(
        made => panel.isDisposed || panel.contentHeader.addWidget(banner(made, trans, () => void leave(notebooks, made, back))),
        () => undefined
      );
    }
  });
}

/** Close what belongs to the preview, and show the course. */
async function leave(notebooks: INotebookTracker, made: Preview, back: (course: string) => void): Promise<void> {
  const mine: NotebookPanel[] = [];
  notebooks.forEach(panel => {
    if (panel.context.path.startsWith(`${made.folder}/`)) {
      mine.push(panel);
    }
  });
  for (const panel of mine) {
    // What was typed in a preview is nobody's work: nothing asks whether to save it.
    panel.context.model.dirty = false;
    await panel.sessionContext.shutdown().catch(() => undefined);
    panel.close();
  }
  back(made.course);
}

function banner(made: Preview, trans: TranslationBundle, leave: () => void): Widget {
  const node = document.createElement('div');
  node.className = 'plnb-Preview-banner';
  node.setAttribute('role', 'note');
  node.setAttribute('aria-label', trans.__('Preview'));
  const text = document.createElement('p');
  const strong = document.createElement('strong');
  strong.textContent = trans.__('Preview as a student.');
  text.append(strong, ` ${asWhom(made, trans)} ${trans.__('Nothing here is handed in or counted.')}`);
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'plnb-Button';
  button.dataset.lmSuppressShortcuts = 'true';
  button.textContent = trans.__('Back to the course');
  button.addEventListener('click', leave);
  node.append(text, button);
  const widget = new Widget({ node });
  widget.addClass('plnb-Preview');
  return widget;
}

function asWhom({ state }: Preview, trans: TranslationBundle): string {
  const levels = Object.entries(state.levels).map(([code, level]) => trans.__('%1 in %2', levelWord(trans, level).toLowerCase(), code));
  return levels.length ? trans.__('As if %1.', levels.join(', ')) : '';
}
