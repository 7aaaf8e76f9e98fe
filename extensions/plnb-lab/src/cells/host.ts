/**
 * What a card may ask of the notebook it stands in, and the face all cards share.
 */
import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import { Widget } from '@lumino/widgets';

import type { CourseView, NewRecord } from '../schema';
import { MATHS } from './dom';
import type { Outcomes } from './outcomes';
import type { Standing } from './standing';

/** The notebook, as its cards see it. */
export interface IHost {
  readonly panel: NotebookPanel;
  readonly trans: TranslationBundle;
  readonly commands: CommandRegistry;
  readonly outcomes: Outcomes;
  /** What the server says of this notebook; null where nobody does. */
  readonly standing: Standing | null;
  readonly course: CourseView | null;
  /** Keep what happened. */
  record(...records: readonly NewRecord[]): void;
  /** Save the notebook, where that can be done; JupyterLab itself says if it fails. */
  save(): void;
  /** The notebook's id in its course. */
  readonly activity: string;
  /** Options taken at a fork. */
  chosen(fork: string): readonly string[];
  choose(fork: string, options: readonly string[]): void;
  /** Whether what lies behind a gate is open to the student. */
  isOpen(gate: string): boolean;
  goOn(gate: string, note: string): void;
  /** Highest hint of a check that was shown. */
  hintsShown(check: string): number;
  showHint(check: string, rung: number): void;
  /** Verdicts a check has had. */
  tries(check: string): number;
}

/** A card below (or above) what a cell shows. It draws what is known, and keeps the focus where it was when it draws anew. */
export abstract class Card extends Widget {
  constructor(
    protected readonly host: IHost,
    protected readonly cell: Cell
  ) {
    super();
    this.addClass('plnb-card');
    this.node.addEventListener('keydown', event => this._onKey(event));
    // A press on a card is for the card: the notebook must not begin to select or to drag cells.
    this.node.addEventListener('mousedown', event => event.shiftKey && event.stopPropagation());
  }

  /** Draw what is known now; nothing happens while that is what is drawn already. */
  redraw(): void {
    const facts = JSON.stringify(this.facts());
    if (facts === this._facts) {
      return;
    }
    this._facts = facts;
    const key = this._focused();
    this.node.replaceChildren(...this.draw());
    this._setFormulas();
    if (key) {
      // Where the control itself is gone, the card's next best one has the focus: it must not fall back to the page.
      const same = this.node.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
      (same ?? this.node.querySelector<HTMLElement>('.plnb-row button:enabled'))?.focus({ preventScroll: true });
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      Signal.clearData(this);
      super.dispose();
    }
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._setFormulas();
  }

  /** Formulas are measured, so they are drawn once they are on the page; without a typesetter they stay as they are written. */
  private _setFormulas(): void {
    const { latexTypesetter } = this.host.panel.content.rendermime;
    if (!this.isAttached || !latexTypesetter) {
      return;
    }
    for (const formula of this.node.querySelectorAll<HTMLElement>(`.${MATHS}`)) {
      formula.classList.remove(MATHS);
      void latexTypesetter.typeset(formula);
    }
  }

  /** What is on the screen already tells what is known now. */
  protected drawn(): void {
    this._facts = JSON.stringify(this.facts());
  }

  /** Everything the drawing depends on. */
  protected abstract facts(): readonly unknown[];

  /** The card's content. */
  protected abstract draw(): readonly Node[];

  private _focused(): string | undefined {
    const focused = document.activeElement;
    return focused instanceof HTMLElement && this.node.contains(focused) ? focused.dataset.key : undefined;
  }

  /** Shortcuts do not reach the notebook from a card's controls; these few are worth having all the same. */
  private _onKey(event: KeyboardEvent): void {
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === 's') {
      void this.host.commands.execute('docmanager:save');
    } else if (event.key === 'Enter' && (event.shiftKey || command)) {
      this.enter();
    } else if (event.key === 'Escape') {
      this.host.panel.content.mode = 'command';
      this.cell.node.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** Shift+Enter or Ctrl+Enter in the card: run its cell, as the student would expect. */
  protected enter(): void {
    void this.host.commands.execute('notebook:run-cell');
  }

  private _facts = '';
}
