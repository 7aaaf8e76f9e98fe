/**
 * The student model: holds what the server said, sends what the student did, and tells the views by one signal.
 *
 * It decides nothing and draws nothing.
 */
import { UUID } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';

import { type IApi, type IProblem, type IStudentModel, PlnbError } from './tokens';
import type { CourseView, Fetched, NewRecord, Profile, StudentView, Submission } from './schema';

interface IWaiting {
  readonly path: string;
  readonly records: readonly NewRecord[];
}

export class StudentModel implements IStudentModel {
  constructor(private readonly api: IApi) {}

  get path(): string | null {
    return this._path;
  }

  get course(): CourseView | null {
    return this._course;
  }

  get view(): StudentView | null {
    return this._view;
  }

  get problem(): IProblem | null {
    return this._problem;
  }

  get unsent(): number {
    return this._waiting.reduce((count, waiting) => count + waiting.records.length, 0);
  }

  get changed(): ISignal<IStudentModel, void> {
    return this._changed;
  }

  async load(path: string): Promise<void> {
    if (path !== this._path) {
      this._path = path;
      await this.refresh();
    }
  }

  async refresh(): Promise<void> {
    const path = this._path;
    if (path === null) {
      return;
    }
    await this._send();
    const turn = ++this._turn;
    try {
      const [course, view] = await Promise.all([this.api.course(path), this.api.progress(path)]);
      if (turn === this._turn) {
        this._show(view, null, course);
      }
      this._home = path;
    } catch (error) {
      if (turn !== this._turn) {
        return;
      }
      if (this._home !== null && error instanceof PlnbError && error.problem.kind === 'no-course') {
        // A look at another folder: the course stays in sight, and what is kept belongs to it.
        this._path = this._home;
        return;
      }
      this._fail(error);
    }
  }

  async record(path: string, records: readonly NewRecord[]): Promise<boolean> {
    // A name and a time of its own for each: sent twice, it is kept once, and late is not taken for now.
    const at = new Date().toISOString();
    const mine: IWaiting = { path, records: records.map(record => ({ ...record, key: record.key || UUID.uuid4(), at: record.at ?? at })) };
    this._waiting.push(mine);
    await this._send();
    return !this._waiting.includes(mine) && !this._refused.has(mine);
  }

  async forget(id: string): Promise<boolean> {
    return this._change(path => this.api.forget(path, id));
  }

  async saveProfile(profile: Profile): Promise<boolean> {
    return this._change(async path => {
      await this.api.saveProfile(path, profile);
      return this.api.progress(path);
    });
  }

  async submit(path: string): Promise<Submission> {
    await this._send();
    const done = await this.api.submit(path);
    await this.refresh();
    return done;
  }

  async fetch(): Promise<Fetched> {
    const found = await this.api.fetch(this._path ?? '');
    await this.refresh();
    return found;
  }

  /** Send what waits, oldest first and one at a time, so that records reach the journal in the order they happened. */
  private _send(): Promise<void> {
    this._sending = this._sending.then(async () => {
      for (let next = this._waiting[0]; next; next = this._waiting[0]) {
        const turn = ++this._turn;
        try {
          const view = await this.api.record(next.path, next.records);
          this._waiting.shift();
          if (turn === this._turn) {
            this._show(view, null);
          }
        } catch (error) {
          const waits = error instanceof PlnbError && error.problem.kind === 'offline';
          if (!waits) {
            this._refused.add(next);
            this._waiting.shift();
          }
          this._fail(error);
          if (waits) {
            return;
          }
        }
      }
    });
    return this._sending;
  }

  private async _change(ask: (path: string) => Promise<StudentView>): Promise<boolean> {
    if (this._path === null) {
      return false;
    }
    const turn = ++this._turn;
    try {
      const view = await ask(this._path);
      if (turn === this._turn) {
        this._show(view, null);
      }
      return true;
    } catch (error) {
      this._fail(error);
      return false;
    }
  }

  private _show(view: StudentView, problem: IProblem | null, course = this._course): void {
    this._view = view;
    this._course = course;
    this._problem = problem;
    this._changed.emit();
  }

  /** The last view stays: what a student has seen does not vanish because a cable was pulled. */
  private _fail(error: unknown): void {
    this._problem =
      error instanceof PlnbError ? error.problem : { kind: 'refused', code: 'unknown', message: String(error), hint: '' };
    this._changed.emit();
  }

  private _path: string | null = null;
  /** The latest path that a course was found for. */
  private _home: string | null = null;
  private _course: CourseView | null = null;
  private _view: StudentView | null = null;
  private _problem: IProblem | null = null;
  private _waiting: IWaiting[] = [];
  private _refused = new WeakSet<IWaiting>();
  private _sending: Promise<void> = Promise.resolve();
  private _turn = 0;
  private readonly _changed = new Signal<this, void>(this);
}
