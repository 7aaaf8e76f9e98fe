/**
 * A course as its teacher looks at it: holds what the server said, sends edits, and tells the views by one signal.
 *
 * It decides nothing and draws nothing. Each edit names the version it was made against; undo puts the text of an earlier one back.
 */
import { ServerConnection } from '@jupyterlab/services';
import { type ISignal, Signal } from '@lumino/signaling';

import { request } from '../../api';
import type { Aligning, Alignments, Edit, Editing, Offers, Overview, Preview, Previewing, Remark, Remarks } from '../../schema';
import { type IProblem, PlnbError } from '../../tokens';

/** The teacher's routes on a course. */
export interface ITeaching {
  overview(path: string): Promise<Overview>;
  findings(path: string): Promise<Remarks>;
  edit(editing: Editing): Promise<Overview>;
  preview(asked: Previewing): Promise<Preview>;
  previewOf(path: string): Promise<Preview>;
  standards(path: string, own: string): Promise<Alignments>;
  like(path: string, own: string, code: string, query: string): Promise<Offers>;
  align(asked: Aligning): Promise<Alignments>;
}

export class Teaching implements ITeaching {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  overview(path: string): Promise<Overview> {
    return request(this.settings, `teaching/overview?path=${encodeURIComponent(path)}`);
  }

  findings(path: string): Promise<Remarks> {
    return request(this.settings, `teaching/findings?path=${encodeURIComponent(path)}`);
  }

  edit(editing: Editing): Promise<Overview> {
    return request(this.settings, 'teaching/edit', { method: 'POST', body: JSON.stringify(editing) });
  }

  preview(asked: Previewing): Promise<Preview> {
    return request(this.settings, 'teaching/preview', { method: 'POST', body: JSON.stringify(asked) });
  }

  previewOf(path: string): Promise<Preview> {
    return request(this.settings, `teaching/preview?path=${encodeURIComponent(path)}`);
  }

  standards(path: string, own: string): Promise<Alignments> {
    return request(this.settings, `teaching/standards?${new URLSearchParams({ path, own }).toString()}`);
  }

  like(path: string, own: string, code: string, query: string): Promise<Offers> {
    return request(this.settings, `teaching/standards/like?${new URLSearchParams({ path, own, code, query }).toString()}`);
  }

  align(asked: Aligning): Promise<Alignments> {
    return request(this.settings, 'teaching/align', { method: 'POST', body: JSON.stringify(asked) });
  }
}

/** How many edits can be taken back. */
const UNDO = 50;

export class OverviewModel {
  constructor(
    private readonly api: ITeaching,
    readonly path: string
  ) {}

  /** The course; null before it is known. */
  get course(): Overview | null {
    return this._course;
  }

  /** What lint says; null while it is being asked. */
  get remarks(): readonly Remark[] | null {
    return this._remarks;
  }

  /** What went wrong last, until something goes right. */
  get problem(): IProblem | null {
    return this._problem;
  }

  /** Whether an edit is on its way. */
  get busy(): boolean {
    return this._busy;
  }

  get canUndo(): boolean {
    return this._before.length > 0;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Ask the server anew. */
  async refresh(): Promise<void> {
    const turn = ++this._turn;
    try {
      const course = await this.api.overview(this.path);
      if (turn === this._turn) {
        this._show(course);
      }
    } catch (error) {
      if (turn === this._turn) {
        this._fail(error);
      }
    }
  }

  /** Carry out an edit. Resolves to whether it was. */
  async edit(edit: Edit): Promise<boolean> {
    const before = this._course?.text ?? '';
    const done = await this._send(edit);
    if (done && this._course?.text !== before) {
      this._before = [...this._before, before].slice(-UNDO);
      this._changed.emit();
    }
    return done;
  }

  /** Take the last edit back. */
  async undo(): Promise<boolean> {
    const text = this._before[this._before.length - 1];
    if (text === undefined || !(await this._send({ kind: 'restore', text }))) {
      return false;
    }
    this._before = this._before.slice(0, -1);
    this._changed.emit();
    return true;
  }

  /** Make a preview; null where it could not be made, and `problem` says why. */
  async preview(asked: Omit<Previewing, 'path'>): Promise<Preview | null> {
    return this._do(() => this.api.preview({ ...asked, path: this.path }));
  }

  /** Align a standard, or take that away; null where it could not be done or something else is on its way. */
  async align(asked: Omit<Aligning, 'path'>): Promise<Alignments | null> {
    return this._busy ? null : this._do(() => this.api.align({ ...asked, path: this.path }));
  }

  /** Ask for something that only one view draws; null where there is no answer, and `problem` says why. */
  async ask<T>(question: (api: ITeaching) => Promise<T>): Promise<T | null> {
    try {
      return await question(this.api);
    } catch (error) {
      this._fail(error);
      return null;
    }
  }

  /** Ask for the findings, and only for those: a notebook was saved. */
  async look(): Promise<void> {
    const turn = this._turn;
    try {
      const { remarks } = await this.api.findings(this.path);
      if (turn === this._turn) {
        this._remarks = remarks;
        this._changed.emit();
      }
    } catch (error) {
      if (turn === this._turn) {
        this._fail(error);
      }
    }
  }

  private async _do<T>(deed: () => Promise<T>): Promise<T | null> {
    this._busy = true;
    this._changed.emit();
    try {
      const done = await deed();
      this._problem = null;
      return done;
    } catch (error) {
      this._fail(error);
      return null;
    } finally {
      this._busy = false;
      this._changed.emit();
    }
  }

  private async _send(edit: Edit): Promise<boolean> {
    if (!this._course || this._busy) {
      return false;
    }
    const turn = ++this._turn;
    this._busy = true;
    this._changed.emit();
    try {
      const course = await this.api.edit({ path: this.path, digest: this._course.digest, edit });
      this._busy = false;
      if (turn === this._turn) {
        this._show(course);
      }
      return true;
    } catch (error) {
      this._busy = false;
      if (error instanceof PlnbError && error.problem.code === 'stale') {
        // Somebody else was faster: what they wrote is shown, with the sentence that says so. What was to be undone is theirs now.
        this._before = [];
        await this.refresh();
      }
      this._fail(error);
      return false;
    }
  }

  private _show(course: Overview): void {
    this._course = course;
    this._problem = null;
    this._changed.emit();
    void this.look();
  }

  private _fail(error: unknown): void {
    this._problem =
      error instanceof PlnbError ? error.problem : { kind: 'refused', code: 'unknown', message: String(error), hint: '' };
    this._changed.emit();
  }

  private _course: Overview | null = null;
  private _remarks: readonly Remark[] | null = null;
  private _problem: IProblem | null = null;
  private _busy = false;
  private _before: string[] = [];
  private _turn = 0;
  private readonly _changed = new Signal<this, void>(this);
}
