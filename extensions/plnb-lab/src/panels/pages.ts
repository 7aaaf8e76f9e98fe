/**
 * Other pages of the same browser: each saves what it shows before a unit is handed in from one of them.
 *
 * In Notebook 7 every notebook is a page of its own, and what is handed in is what is on disk.
 */
import { UUID } from '@lumino/coreutils';

/** How long the other pages have to say that they have something to save, in ms. */
const ANSWER_WITHIN = 1_000;

/** How long they have to save it, in ms. */
const SAVE_WITHIN = 15_000;

/** A notebook with changes that are not on disk. */
export interface IUnsaved {
  readonly path: string;
  save(): Promise<void>;
}

/** What is unsaved under a folder, without these paths. */
export type Unsaved = (folder: string, except: readonly string[]) => readonly IUnsaved[];

interface IAsks {
  readonly asks: string;
  readonly folder: string;
  readonly except: readonly string[];
}

interface IAnswers {
  readonly answers: string;
  readonly page: string;
  /** Paths that are not on disk yet. */
  readonly unsaved: readonly string[];
  /** Whether the page has done what it can. */
  readonly over: boolean;
}

export class Pages {
  /** Pages hear each other by this name; `unsaved` says what this page has to save. */
  constructor(
    name: string,
    private readonly unsaved: Unsaved
  ) {
    this._channel = new BroadcastChannel(name);
    this._channel.onmessage = ({ data }: MessageEvent<IAsks | IAnswers>) => {
      if ('asks' in data) {
        void this._answer(data);
      } else {
        this._hear?.(data);
      }
    };
  }

  /** Have all other pages save what they show of a folder, without these paths. Gives the paths that could not be saved. */
  async save(folder: string, except: readonly string[]): Promise<readonly string[]> {
    const asks = UUID.uuid4();
    const told = new Map<string, IAnswers>();
    const isOver = (): boolean => [...told.values()].every(({ over }) => over);
    let finish: (() => void) | null = null;
    this._hear = answer => {
      if (answer.answers === asks) {
        told.set(answer.page, answer);
        if (isOver()) {
          finish?.();
        }
      }
    };
    this._post({ asks, folder, except });
    await after(ANSWER_WITHIN);
    if (!isOver()) {
      await new Promise<void>(done => {
        const timer = setTimeout(done, SAVE_WITHIN);
        finish = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
    this._hear = null;
    return [...told.values()].flatMap(({ unsaved }) => unsaved);
  }

  close(): void {
    this._channel.close();
  }

  private async _answer({ asks, folder, except }: IAsks): Promise<void> {
    const found = this.unsaved(folder, except);
    if (!found.length) {
      return;
    }
    this._post({ answers: asks, page: this._page, unsaved: found.map(({ path }) => path), over: false });
    const ends = await Promise.allSettled(found.map(each => each.save()));
    const left = found.filter((_, at) => ends[at]?.status === 'rejected').map(({ path }) => path);
    this._post({ answers: asks, page: this._page, unsaved: left, over: true });
  }

  private _post(message: IAsks | IAnswers): void {
    this._channel.postMessage(message);
  }

  private readonly _channel: BroadcastChannel;
  private readonly _page = UUID.uuid4();
  private _hear: ((answer: IAnswers) => void) | null = null;
}

function after(time: number): Promise<void> {
  return new Promise(done => setTimeout(done, time));
}
