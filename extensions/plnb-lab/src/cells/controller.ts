/**
 * One notebook panel: what is hidden, which cards stand where, and what is told to the student model.
 *
 * The file's cells are never changed; only choices, and gates gone past, are written: to the notebook's own metadata.
 */
import type { Cell } from '@jupyterlab/cells';
import type { INotebookModel, Notebook, NotebookPanel } from '@jupyterlab/notebook';
import { PathExt } from '@jupyterlab/coreutils';
import type { ICellModel } from '@jupyterlab/cells';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';
import { PanelLayout } from '@lumino/widgets';

import type { CourseView, NewRecord } from '../schema';
import { sources } from '../authoring/sources';
import { saveInTurn } from '../saving';
import type { IStudentModel } from '../tokens';
import { ChipsCard } from './cards/chips';
import { hasCard, type IKnown, makeCards } from './cards/making';
import { Header, type IOnWay } from './header';
import { Hiding } from './hiding';
import type { Card, IHost } from './host';
import { Memory } from './memory';
import { type Choices, isAutomatic, readCellMeta, readGrader } from './meta';
import { answersOf, type IRan, newsOf, type Outcomes, wasTried } from './outcomes';
import { Standing } from './standing';
import { numbersOf, watchNumbers } from './variants';
import { hiddenCells } from './visibility';

/** What a controller works with; the model is null where its plugin is off. */
export interface IServices {
  readonly model: IStudentModel | null;
  readonly outcomes: Outcomes;
  readonly trans: TranslationBundle;
  readonly commands: CommandRegistry;
  /** Ids of hidden cells by notebook: what the executor skips. */
  readonly hidden: WeakMap<INotebookModel, ReadonlySet<string>>;
}

/** Note how long something of ours took, where somebody measures: the browser would keep each note for good. */
function measured(name: string, start: number): void {
  if (performance.getEntriesByName('plnb:measure').length) {
    performance.measure(name, { start });
  }
}

export class NotebookController implements IHost, IDisposable {
  constructor(
    readonly panel: NotebookPanel,
    private readonly services: IServices
  ) {
    this._hiding = new Hiding(panel.content);
    panel.disposed.connect(this.dispose, this);
    void panel.context.ready.then(() => this._begin());
  }

  // --- what cards may ask --------------------------------------------------------------------------------------------------------

  get trans(): TranslationBundle {
    return this.services.trans;
  }

  get commands(): CommandRegistry {
    return this.services.commands;
  }

  get outcomes(): Outcomes {
    return this.services.outcomes;
  }

  get standing(): Standing | null {
    return this._standing;
  }

  get course(): CourseView | null {
    return this._standing ? (this.services.model?.course ?? null) : null;
  }

  get activity(): string {
    return this._standing?.activity ?? PathExt.basename(this.panel.context.path, '.ipynb');
  }

  record(...records: readonly NewRecord[]): void {
    void this.services.model?.record(this.panel.context.path, records);
  }

  save(): void {
    const { context } = this.panel;
    if (context.contentsModel?.writable) {
      context.save().catch(() => undefined);
    }
  }

  chosen(fork: string): readonly string[] {
    return this._choices[fork] ?? [];
  }

  choose(fork: string, options: readonly string[]): void {
    const at = new Date().toISOString();
    this._memory.choose(fork, options, at);
    this.record({ kind: 'choice_made', fork, options: [...options], at });
  }

  isOpen(gate: string): boolean {
    return !this._closed.has(gate);
  }

  goOn(gate: string, note: string): void {
    this._memory.goOn(gate);
    this.record({ kind: 'went_on', activity: this.activity, gate, note });
  }

  hintsShown(check: string): number {
    return Math.max(this._hints.get(check) ?? 0, this._standing?.check(check)?.hints ?? 0);
  }

  showHint(check: string, rung: number): void {
    this._hints.set(check, rung);
    this.record({ kind: 'hint_shown', activity: this.activity, check, rung });
  }

  tries(check: string): number {
    return Math.max(this._tries.get(check) ?? 0, this._standing?.check(check)?.tries ?? 0);
  }

  /** A check of this notebook came to a verdict: keep it. */
  heard({ model, grader, outcome }: IRan): void {
    if (wasTried(outcome)) {
      this._tries.set(grader.id, 1 + this.tries(grader.id));
    }
    const seed = numbersOf(this._notebook, model)?.number;
    this.record({ kind: 'attempt', activity: this.activity, check: grader.id, ...newsOf(outcome), ...(seed ? { seed } : {}) });
  }

  // --- life ----------------------------------------------------------------------------------------------------------------------

  get isDisposed(): boolean {
    return this._isDisposed;
  }

  dispose(): void {
    if (!this._isDisposed) {
      this._isDisposed = true;
      this._hiding.dispose();
      Signal.clearData(this);
      // Whoever still knows a notebook that was closed keeps nothing of what was drawn in it.
      this._undress();
    }
  }

  private _begin(): void {
    const { model } = this.panel;
    if (this._isDisposed || !model) {
      return;
    }
    const { model: student, outcomes } = this.services;
    model.metadataChanged.connect((_, change) => change.key === 'plnb' && this.refresh(), this);
    model.cells.changed.connect(this._later, this);
    sources.added.connect((_, added) => added === model && this.refresh(), this);
    outcomes.changed.connect(this._onOutcome, this);
    student?.changed.connect(this._onStudent, this);
    this.panel.sessionContext.statusChanged.connect(this._onKernel, this);
    this.panel.context.pathChanged.connect(this._onStudent, this);
    this._readStanding();
    this.refresh();
    this._takeChoices();
  }

  /** Read the notebook anew: what is hidden, and which cards there are. */
  refresh(): void {
    if (this._isDisposed || !this.panel.model) {
      return;
    }
    if (sources.has(this._notebookModel)) {
      this._stepBack();
      return;
    }
    const start = performance.now();
    const widgets = this._notebook.widgets;
    this._choices = this._memory.choices;
    this._known = new Map(widgets.map(cell => [cell, { meta: readCellMeta(cell.model), grader: readGrader(cell.model) }]));
    this._ours = [...this._known.values()].some(({ meta, grader }) => meta !== null || isAutomatic(grader));
    if (this._ours) {
      saveInTurn(this.panel.context);
    }
    this._closed = this._closedGates();
    const placed = widgets.map(cell => ({ id: cell.model.id, meta: this._known.get(cell)?.meta ?? null }));
    const hidden = hiddenCells(placed, this._choices, this._closed);
    this.services.hidden.set(this._notebookModel, hidden);
    this._hiding.apply(cell => hidden.has(cell.model.id));
    for (const cell of widgets) {
      if (!hidden.has(cell.model.id)) {
        void this._dress(cell);
      }
    }
    this._redrawCards();
    this._showHeader();
    measured('plnb:refresh', start);
  }

  /** An author sees every way, every cell and the plain notebook: what a student sees of it is the preview's to show. */
  private _stepBack(): void {
    this.services.hidden.set(this._notebookModel, new Set());
    this._hiding.apply(() => false);
    this._undress();
    this._ours = false;
  }

  /** Take away all that is drawn in the notebook. */
  private _undress(): void {
    this._known = new Map();
    for (const [cell, cards] of this._cards) {
      cell.removeClass('plnb-has-form');
      cell.removeClass('plnb-locked');
      cards.forEach(card => card.dispose());
    }
    this._cards.clear();
    this._header?.dispose();
    this._header = null;
  }

  private _later(): void {
    if (!this._waiting) {
      this._waiting = true;
      void Promise.resolve().then(() => {
        this._waiting = false;
        this.refresh();
      });
    }
  }

  // --- what is told --------------------------------------------------------------------------------------------------------------

  private _onStudent(): void {
    const before = this._closed;
    this._readStanding();
    const changed = this._takeChoices();
    const closed = this._closedGates();
    if (changed || closed.size !== before.size || [...closed].some(gate => !before.has(gate))) {
      this.refresh();
    } else {
      this._redrawCards();
      this._showHeader();
    }
  }

  /** The last view about this notebook stays, also while the student looks at another course. */
  private _readStanding(): void {
    this._standing = Standing.of(this.services.model?.view ?? null, this.panel.context.path) ?? this._standing;
  }

  /** Choices at this notebook's forks that were made elsewhere. */
  private _takeChoices(): boolean {
    const forks = [...this._known.values()].flatMap(({ meta }) => (meta?.role === 'fork' ? [meta.id] : []));
    return this._memory.take(forks.flatMap(fork => this._standing?.choice(fork) ?? []));
  }

  private _closedGates(): ReadonlySet<string> {
    const closed = new Set<string>();
    const gone = this._memory.gatesPassed;
    for (const { meta } of this._known.values()) {
      if (meta?.role !== 'gate') {
        continue;
      }
      const step = this._standing?.gate(meta.id);
      if (!step || step.state === 'done') {
        // What nobody knows is open; what was open while the student was here stays open.
        if (step) {
          this._opened.add(meta.id);
        }
      } else if (!this._opened.has(meta.id) && !(meta.soft !== false && (gone.includes(meta.id) || this._standing?.wentOn(meta.id)))) {
        closed.add(meta.id);
      }
    }
    return closed;
  }

  private _onOutcome(_: Outcomes, model: ICellModel): void {
    for (const [cell, cards] of this._cards) {
      if (cell.model === model) {
        cards.forEach(card => card.redraw());
        this._showHeader();
      }
    }
  }

  private _onKernel(_: unknown, status: string): void {
    if (['dead', 'restarting', 'autorestarting', 'terminating'].includes(status)) {
      this._notebook.widgets.forEach(cell => this.outcomes.kernelGone(cell.model));
    }
  }

  // --- what is drawn -------------------------------------------------------------------------------------------------------------

  /** Put cards on a cell, once; a cell far away gets them when JupyterLab draws it. */
  private async _dress(cell: Cell): Promise<void> {
    const known = this._known.get(cell);
    if (!known || this._cards.has(cell)) {
      return;
    }
    this._cards.set(cell, []);
    if (known.grader?.locked || cell.model.getMetadata('editable') === false) {
      this._lock(cell);
    }
    if (!hasCard(known)) {
      return;
    }
    cell.disposed.connect(() => this._cards.delete(cell), this);
    await cell.ready;
    if (cell.isDisposed || this._isDisposed || !this._cards.has(cell) || !(cell.layout instanceof PanelLayout)) {
      return;
    }
    const start = performance.now();
    const cards = makeCards(this, cell, known);
    if (isAutomatic(known.grader)) {
      this._watchAnswers(cell);
    }
    for (const card of cards) {
      const last = cell.layout.widgets.length - 1;
      cell.layout.insertWidget(card instanceof ChipsCard ? 1 : last, card);
    }
    this._cards.set(cell, cards);
    measured('plnb:dress', start);
  }

  private _lock(cell: Cell): void {
    cell.addClass('plnb-locked');
    cell.node.style.setProperty('--plnb-lock', JSON.stringify(this.trans.__('locked')));
  }

  /** Once an answer is changed, or the question has other numbers, what its check said holds no more. */
  private _watchAnswers(cell: Cell): void {
    const check = cell.model;
    for (const answer of answersOf(this._notebook, check)) {
      answer.contentChanged.connect(() => this.outcomes.answerChanged(check), this);
    }
    watchNumbers(this._notebook, check, () => this.outcomes.numbersChanged(check), this);
  }

  private _redrawCards(): void {
    for (const cards of this._cards.values()) {
      cards.forEach(card => card.redraw());
    }
  }

  private _showHeader(): void {
    if (!this._ours) {
      return;
    }
    if (!this._header) {
      this._header = new Header(this);
      this.panel.contentHeader.addWidget(this._header);
    }
    const way: IOnWay[] = this._notebook.widgets
      .filter(cell => !this._hiding.isHidden(cell))
      .map(cell => ({ cell, meta: null, grader: null, ...this._known.get(cell) }));
    this._header.tell(way, this._problem());
  }

  /** Said once, on top, where nothing is being kept. */
  private _problem(): string {
    const { model } = this.services;
    if (this._standing && !model?.problem) {
      return this._standing.writable ? '' : this.trans.__('This folder cannot be written to, so nothing of this is being kept.');
    }
    switch (model?.problem?.kind) {
      case undefined:
        return model ? '' : this.trans.__('Your tries are not being kept here. Everything else works.');
      case 'offline':
        return this.trans.__('No connection: your tries wait here until it is back.');
      case 'outdated':
        return this.trans.__('plnb is newer than this page: save, then reload it.');
      default:
        return this.trans.__('Your tries are not being kept here. Everything else works.');
    }
  }

  // --- the notebook --------------------------------------------------------------------------------------------------------------

  private get _notebook(): Notebook {
    return this.panel.content;
  }

  private get _notebookModel(): INotebookModel {
    const { model } = this.panel;
    if (!model) {
      throw new Error('A notebook without a model.');
    }
    return model;
  }

  private get _memory(): Memory {
    return new Memory(this._notebookModel);
  }

  private readonly _hiding: Hiding;
  private readonly _cards = new Map<Cell, readonly Card[]>();
  private readonly _hints = new Map<string, number>();
  private readonly _tries = new Map<string, number>();
  private readonly _opened = new Set<string>();
  private _known: ReadonlyMap<Cell, IKnown> = new Map();
  private _choices: Choices = {};
  private _closed: ReadonlySet<string> = new Set();
  private _standing: Standing | null = null;
  private _header: Header | null = null;
  private _ours = false;
  private _waiting = false;
  private _isDisposed = false;
}
