/** What the panel's buttons do: open at a place, read a page, keep, hand in. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';

import { openAt } from '../opening';
import { type IStudentModel, PlnbError } from '../tokens';
import { problemWords, whenWords } from '../words';
import { Pages, type Unsaved } from './pages';
import type { IActions, ITold } from './shared';

export function makeActions(
  app: JupyterFrontEnd,
  model: IStudentModel,
  notebooks: INotebookTracker | null,
  trans: TranslationBundle
): IActions {
  const unsaved: Unsaved = (folder, except) => openUnder(notebooks, folder).filter(each => each.model.dirty && !except.includes(each.path));
  const pages = new Pages(`plnb ${app.serviceManager.serverSettings.baseUrl}`, unsaved);
  /** What is handed in is what is on disk, so what is on the screen goes there first. Gives the paths that could not be saved elsewhere. */
  const saveOpen = async (folder: string): Promise<readonly string[]> => {
    await Promise.all(unsaved(folder, []).map(each => each.save()));
    // A notebook that is open here, too, is handed in as it is here.
    return pages.save(folder, openUnder(notebooks, folder).map(({ path }) => path));
  };
  return {
    open: spot => void openAt(app.commands, spot, notebooks?.currentWidget ?? null),
    read: path => void app.commands.execute('docmanager:open', { path, factory: path.endsWith('.html') ? 'HTML Viewer' : undefined }),
    record: (path, record) => model.record(path, [record]),
    forget: id => model.forget(id),
    saveProfile: profile => model.saveProfile(profile),
    handIn: async unit => {
      const folder = model.view?.folders[unit] ?? '';
      try {
        const left = await saveOpen(folder);
        if (left.length) {
          return {
            done: false,
            text: trans.__('It has not been handed in: “%1” could not be saved in another tab.', left.map(nameOf).join('”, “')),
            mend: trans.__('Look at that tab and save there; then hand in again.')
          };
        }
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

function openUnder(notebooks: INotebookTracker | null, folder: string): readonly NotebookPanel['context'][] {
  const open: NotebookPanel['context'][] = [];
  notebooks?.forEach(({ context }) => context.path.startsWith(`${folder}/`) && open.push(context));
  return open;
}

function refusal(trans: TranslationBundle, error: unknown, text: string): ITold {
  return { done: false, ...(error instanceof PlnbError ? problemWords(trans, error.problem) : { text, mend: String(error) }) };
}

function nameOf(path: string): string {
  return PathExt.basename(path, '.ipynb');
}
