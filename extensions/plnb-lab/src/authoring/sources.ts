/** Which open notebooks are a course's source: written by the authoring side, read by the student's side, which then steps back. */
import type { INotebookModel } from '@jupyterlab/notebook';
import { type ISignal, Signal } from '@lumino/signaling';

class Sources {
  has(model: INotebookModel): boolean {
    return this._models.has(model);
  }

  add(model: INotebookModel): void {
    if (!this._models.has(model)) {
      this._models.add(model);
      this._added.emit(model);
    }
  }

  get added(): ISignal<this, INotebookModel> {
    return this._added;
  }

  private readonly _models = new WeakSet<INotebookModel>();
  private readonly _added = new Signal<this, INotebookModel>(this);
}

export const sources = new Sources();

/** Whether a contents path can be a course's source at all; the server has the last word. */
export function maybeSource(path: string): boolean {
  return /(^|\/)source\/[^/.][^/]*\/[^/]+\.ipynb$/.test(path);
}
