/** What the panel's buttons do: open at a place, read a page, keep, hand in. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import { openAt } from '../opening';
import { type IStudentModel, PlnbError } from '../tokens';
import { problemWords, whenWords } from '../words';
import type { IActions, ITold } from './shared';

export function makeActions(
  app: JupyterFrontEnd,
  model: IStudentModel,
  notebooks: INotebookTracker | null,
  trans: TranslationBundle
): IActions {
  return {
    open: spot => void openAt(app.commands, spot, notebooks?.currentWidget ?? null),
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
        return refusal(trans, error, trans.__('It could not be handed in.'));
      }
    },
    fetch: async () => {
      try {
        const { new: found } = await model.fetch();
        return found
          ? { done: true, text: trans._n('One new page came back.', '%1 new pages came back.', found), mend: '' }
          : { done: true, text: trans.__('Nothing new has come back yet.'), mend: trans.__('Look again later.') };
      } catch (error) {
        return refusal(trans, error, trans.__('It could not be fetched.'));
      }
    }
  };
}

function refusal(trans: TranslationBundle, error: unknown, text: string): ITold {
  return { done: false, ...(error instanceof PlnbError ? problemWords(trans, error.problem) : { text, mend: String(error) }) };
}

/** What is handed in is what is on disk, so what is on the screen goes there first. */
async function saveOpen(notebooks: INotebookTracker | null, folder: string): Promise<void> {
  const open: NotebookPanel[] = [];
  notebooks?.forEach(panel => open.push(panel));
  const unsaved = open.filter(panel => panel.context.path.startsWith(`${folder}/`) && panel.context.model.dirty);
  await Promise.all(unsaved.map(panel => panel.context.save()));
}
