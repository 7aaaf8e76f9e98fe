/**
 * What the panel shows: the notebook in front, the course around it, the cells chosen in it and what lint says of it.
 *
 * It draws nothing. Lint waits for a pause in typing, and for its last answer; it never holds anything up.
 */
import type { INotebookTracker, Notebook, NotebookPanel } from '@jupyterlab/notebook';
import { NotebookActions } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type ISignal, Signal } from '@lumino/signaling';

import type { AuthorView, LiveFinding, Mend, StandardShown, StandardsFound } from '../schema';
import { type IProblem, PlnbError } from '../tokens';
import type { AuthorApi } from './api';
import { type ICell, type IChange, isGraded, metaOf, Names } from './facts';
import { type Insert, make } from './inserts';
import { mend } from './mends';
import { maybeSource, sources } from './sources';
import { insert, readCells, selectedIds, text, write } from './writer';

/** A pause this long in typing lets lint look, in ms. */
const PAUSE = 350;

/** Standards kept as recent ones. */
const RECENT = 6;

/** Which cells a change is for. */
export type Scope = 'selection' | 'checks';

/** What is known of a notebook that is a source. */
interface IOpen {
  readonly panel: NotebookPanel;
  view: AuthorView;
  findings: readonly LiveFinding[];
  linted: boolean;
  problem: IProblem | null;
}

export class AuthoringModel {
  constructor(
    private readonly api: AuthorApi,
    tracker: INotebookTracker,
    readonly trans: TranslationBundle
  ) {
    tracker.forEach(panel => void this._open(panel));
    tracker.widgetAdded.connect((_, panel) => void this._open(panel));
    tracker.currentChanged.connect((_, panel) => this._follow(panel));
    this._follow(tracker.currentWidget);
  }

  /** Emitted when anything below changes. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emitted with the panel whose badges have to be drawn anew. */
  get marked(): ISignal<this, NotebookPanel> {
    return this._marked;
  }

  get view(): AuthorView | null {
    return this._current?.view ?? null;
  }

  get panel(): NotebookPanel | null {
    return this._current?.panel ?? null;
  }

  get problem(): IProblem | null {
    return this._current?.problem ?? this._why;
  }

  /** Why the notebook in front cannot be shown, though it looks like a course's. */
  private _why: IProblem | null = null;

  get findings(): readonly LiveFinding[] {
    return this._current?.findings ?? [];
  }

  /** Whether lint has answered at least once for the notebook in front. */
  get linted(): boolean {
    return this._current?.linted ?? false;
  }

  findingsOf(panel: NotebookPanel): readonly LiveFinding[] {
    return this._known.get(panel)?.findings ?? [];
  }

  /** Every cell of the notebook in front. */
  get cells(): readonly ICell[] {
    return this._cells;
  }

  get checks(): readonly ICell[] {
    return this._cells.filter(isGraded);
  }

  /** The cells that changes are for. */
  get chosen(): readonly ICell[] {
    if (this.scope === 'checks') {
      return this.checks;
    }
    const ids = new Set(this._selected);
    return this._cells.filter(cell => ids.has(cell.id));
  }

  get selectedCount(): number {
    return this._selected.length;
  }

  get scope(): Scope {
    return this._scope;
  }

  set scope(scope: Scope) {
    this._scope = scope;
    this._changed.emit();
  }

  get names(): Names {
    return new Names(this._cells, this.view?.taken);
  }

  /** Standards used last in this course, newest first. */
  get recent(): readonly StandardShown[] {
    return this._recent.get(this.view?.course ?? '') ?? [];
  }

  standard(code: string): StandardShown | null {
    return this._standards.get(code) ?? null;
  }

  async search(query: string): Promise<StandardsFound> {
    const { panel } = this;
    if (!panel) {
      return { query, total: 0, standards: [] };
    }
    const found = await this.api.standards(panel.context.path, query);
    found.standards.forEach(each => this._standards.set(each.code, each));
    return found;
  }

  // --- what can be done ----------------------------------------------------------------------------------------------------------

  apply(changes: readonly IChange[]): void {
    if (this.panel) {
      write(this.panel.content, changes);
      this._read();
    }
  }

  used(standard: StandardShown): void {
    const course = this.view?.course ?? '';
    this._standards.set(standard.code, standard);
    this._recent.set(course, [standard, ...this.recent.filter(each => each.code !== standard.code)].slice(0, RECENT));
  }

  insert(what: Insert): void {
    const { panel } = this;
    if (!panel) {
      return;
    }
    const active = panel.content.activeCellIndex;
    const above = this._cells.slice(0, active + 1);
    const last = above[above.length - 1];
    insert(panel.content, make(what, { above, names: this.names, branch: (last && metaOf(last)?.branch) ?? '', trans: this.trans }));
    this._scope = 'selection';
    this._read();
  }

  mend(finding: LiveFinding, how: Mend, choice = ''): void {
    this.apply(mend(this._cells, finding, how, this.names, choice));
  }

  /** Go to a cell: activate it, in sight. */
  go(id: string): void {
    const { panel } = this;
    const at = this._cells.findIndex(cell => cell.id === id);
    if (panel && at >= 0) {
      panel.content.deselectAll();
      panel.content.activeCellIndex = at;
      void panel.content.scrollToItem(at, 'center');
      panel.content.activate();
    }
  }

  undo(): void {
    if (this.panel) {
      NotebookActions.undo(this.panel.content);
    }
  }

  redo(): void {
    if (this.panel) {
      NotebookActions.redo(this.panel.content);
    }
  }

  // --- following -----------------------------------------------------------------------------------------------------------------

  /** Ask whether an open notebook is a course's source, and watch it where it is. */
  private async _open(panel: NotebookPanel): Promise<void> {
    await panel.context.ready;
    panel.context.pathChanged.connect(() => void this._ask(panel), this);
    await this._ask(panel);
  }

  private async _ask(panel: NotebookPanel): Promise<void> {
    const { path } = panel.context;
    this._refused.delete(panel);
    try {
      const view = maybeSource(path) ? await this.api.view(path) : null;
      if (panel.isDisposed || !panel.model) {
        return;
      }
      if (view) {
        view.standards.forEach(each => this._standards.set(each.code, each));
        this._adopt(panel, view);
      } else {
        this._known.delete(panel);
      }
    } catch (error) {
      this._known.delete(panel);
      if (error instanceof PlnbError && error.problem.kind !== 'no-course') {
        this._refused.set(panel, error.problem);
      }
    }
    if (this._front === panel) {
      this._follow(panel);
    }
  }

  private _adopt(panel: NotebookPanel, view: AuthorView): void {
    const known = this._known.get(panel);
    if (known) {
      known.view = view;
      return;
    }
    this._known.set(panel, { panel, view, findings: [], linted: false, problem: null });
    const { model, content } = panel;
    if (model) {
      sources.add(model);
      model.contentChanged.connect(() => this._touched(panel), this);
      model.cells.changed.connect(() => this._touched(panel), this);
    }
    content.selectionChanged.connect(() => this._selection(panel), this);
    content.activeCellChanged.connect(() => this._selection(panel), this);
    panel.context.saveState.connect((_, state) => state === 'completed' && void this._ask(panel), this);
    panel.disposed.connect(() => {
      this._known.delete(panel);
      Signal.disconnectBetween(panel, this);
    });
    this._touched(panel);
  }

  private _follow(panel: NotebookPanel | null): void {
    this._front = panel;
    this._current = (panel && this._known.get(panel)) ?? null;
    this._why = (panel && this._refused.get(panel)) ?? null;
    this._scope = 'selection';
    this._read();
  }

  private _selection(panel: NotebookPanel): void {
    if (panel === this.panel) {
      this._scope = 'selection';
      this._soon();
    }
  }

  private _touched(panel: NotebookPanel): void {
    this._soon();
    const timer = this._timers.get(panel);
    window.clearTimeout(timer);
    this._timers.set(
      panel,
      window.setTimeout(() => void this._lint(panel), PAUSE)
    );
  }

  /** Many changes in one turn are one reading. */
  private _soon(): void {
    if (!this._waiting) {
      this._waiting = true;
      requestAnimationFrame(() => {
        this._waiting = false;
        this._read();
      });
    }
  }

  private _read(): void {
    const notebook: Notebook | undefined = this.panel?.content;
    this._cells = notebook ? readCells(notebook) : [];
    this._selected = notebook ? selectedIds(notebook) : [];
    if (this.panel) {
      this._marked.emit(this.panel);
    }
    this._changed.emit();
  }

  private async _lint(panel: NotebookPanel): Promise<void> {
    const known = this._known.get(panel);
    if (!known || panel.isDisposed) {
      return;
    }
    if (this._linting.has(panel)) {
      this._again.add(panel);
      return;
    }
    this._linting.add(panel);
    try {
      known.findings = (await this.api.lint(panel.context.path, text(panel.content))).findings;
      known.linted = true;
      known.problem = null;
    } catch (error) {
      known.problem = error instanceof PlnbError ? error.problem : { kind: 'refused', code: 'unknown', message: String(error), hint: '' };
    }
    this._linting.delete(panel);
    this._marked.emit(panel);
    this._changed.emit();
    if (this._again.delete(panel)) {
      void this._lint(panel);
    }
  }

  private readonly _known = new Map<NotebookPanel, IOpen>();
  private readonly _refused = new WeakMap<NotebookPanel, IProblem>();
  private readonly _timers = new WeakMap<NotebookPanel, number>();
  private readonly _linting = new WeakSet<NotebookPanel>();
  private readonly _again = new WeakSet<NotebookPanel>();
  private readonly _standards = new Map<string, StandardShown>();
  private readonly _recent = new Map<string, readonly StandardShown[]>();
  private _front: NotebookPanel | null = null;
  private _current: IOpen | null = null;
  private _cells: readonly ICell[] = [];
  private _selected: readonly string[] = [];
  private _scope: Scope = 'selection';
  private _waiting = false;
  private readonly _changed = new Signal<this, void>(this);
  private readonly _marked = new Signal<this, NotebookPanel>(this);
}
