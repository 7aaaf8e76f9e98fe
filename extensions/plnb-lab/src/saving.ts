/**
 * Saves of one notebook go one after the other, whoever asks for them: a card, the panel, Ctrl+S or JupyterLab's clock.
 *
 * JupyterLab compares the file's hash with the one it knows, writes, and asks for the new hash only then. A save that begins in between
 * takes the first one for somebody else's and asks the student whether to overwrite “the version on disk”; until that is answered, nothing
 * that waits for it goes on. JupyterLab also calls a notebook saved when what was typed during the save is not.
 */
import type { ISignal } from '@lumino/signaling';

/** What is needed of a document's context. */
export interface ISaved {
  readonly model: { dirty: boolean; readonly contentChanged: ISignal<unknown, void> };
  save(): Promise<void>;
}

const inTurn = new WeakSet<ISaved>();

/** From now on, saves of this document wait for each other; those that would wait together are one. Asked twice, it does nothing. */
export function saveInTurn(context: ISaved): void {
  if (inTurn.has(context)) {
    return;
  }
  inTurn.add(context);
  const save = context.save.bind(context);
  let running: Promise<void> | null = null;
  let waiting: Promise<void> | null = null;
  const begin = async (): Promise<void> => {
    try {
      await saved(context, save);
    } finally {
      running = null;
    }
  };
  const follow = async (): Promise<void> => {
    try {
      // Where the first one fails, who waited is told the same: the student has been asked once already.
      await running;
    } finally {
      waiting = null;
    }
    return context.save();
  };
  context.save = () => (running ? (waiting ??= follow()) : (running = begin()));
}

/** Save; what is changed meanwhile is still to be saved. */
async function saved(context: ISaved, save: () => Promise<void>): Promise<void> {
  const { model } = context;
  let changed = false;
  const note = (): void => {
    changed = true;
  };
  model.contentChanged.connect(note);
  try {
    await save();
  } finally {
    model.contentChanged.disconnect(note);
  }
  if (changed) {
    model.dirty = true;
  }
}
