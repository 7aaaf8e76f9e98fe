/**
 * A place for the student's own voice: a reflection, or a goal. What is written is the cell's own text, so that it travels with the
 * notebook and can be read without us; it becomes a record when the student keeps it.
 */
import type { Cell } from '@jupyterlab/cells';

import type { ReflectCell } from '../../schema';
import { button, freshId, h, icon, withUndo } from '../dom';
import { Card, type IHost } from '../host';

/** What authors leave where a student is to write: one line in italics. */
const PLACEHOLDER = /^\s*([*_])(?![*_\s])[^\n]*\1\s*$/;

export class ReflectCard extends Card {
  constructor(
    host: IHost,
    cell: Cell,
    private readonly meta: ReflectCell
  ) {
    super(host, cell);
    this.addClass('plnb-reflect');
    this._field = this._makeField();
    this._kept = h('span', { role: 'status', class: 'plnb-quiet' });
    const goal = host.standing?.goal(meta.id);
    this._by = h('input', { type: 'date', class: 'plnb-text plnb-date', id: freshId(), value: goal?.by?.slice(0, 10) });
    this._done = h('input', { type: 'checkbox' });
    this._done.checked = goal?.done ?? false;
    cell.model.contentChanged.connect(this._onContent, this);
    this.redraw();
  }

  /** The fields stay: only what is around them can be news. */
  override redraw(): void {
    this.cell.toggleClass('plnb-has-form', !this._asText);
    super.redraw();
    this._fillIn();
  }

  protected facts(): readonly unknown[] {
    return [this._asText];
  }

  protected draw(): readonly Node[] {
    const { trans } = this.host;
    const text = button(
      this._asText ? trans.__('Back to the form') : trans.__('Edit as a cell'),
      () => {
        this._asText = !this._asText;
        this.redraw();
        this.node.querySelector<HTMLElement>('[data-key="cell"]')?.focus();
      },
      { class: 'plnb-link', 'data-key': 'cell' }
    );
    if (this._asText) {
      return [h('div', { class: 'plnb-row' }, text)];
    }
    const prompt = this.meta.prompt || (this._isGoal ? trans.__('What is your goal?') : trans.__('What do you think?'));
    return [
      h('label', { for: this._field.id, class: 'plnb-label' }, icon(this._isGoal ? 'star' : 'pen'), prompt),
      this._field,
      ...(this._isGoal ? [this._when()] : []),
      h(
        'div',
        { class: 'plnb-row' },
        button(this._isGoal ? trans.__('Keep this goal') : trans.__('Keep this'), () => this._keep(), {
          class: 'plnb-primary',
          'data-key': 'keep'
        }),
        text,
        this._kept
      )
    ];
  }

  protected override enter(): void {
    this._keep();
  }

  private get _isGoal(): boolean {
    return this.meta.role === 'goal';
  }

  private _when(): HTMLElement {
    const { trans } = this.host;
    return h(
      'div',
      { class: 'plnb-row' },
      h('label', { for: this._by.id }, trans.__('By when? (if you like)')),
      this._by,
      h('label', { class: 'plnb-choice' }, this._done, h('span', {}, trans.__('I have reached it')))
    );
  }

  private _makeField(): HTMLTextAreaElement {
    const field = h('textarea', { id: freshId(), rows: 4, class: 'plnb-text', 'data-key': 'text', maxlength: 20000 });
    const source = this.cell.model.sharedModel.getSource();
    this._untouched = PLACEHOLDER.test(source) ? source : '';
    field.value = this._own;
    field.addEventListener('input', () => {
      this._flush();
      this._kept.textContent = '';
    });
    return withUndo(field);
  }

  /** What the student has written; nothing while the author's placeholder stands. */
  private get _own(): string {
    const source = this.cell.model.sharedModel.getSource();
    return source === this._untouched ? '' : source;
  }

  /** A fresh copy of the notebook gets the words the journal remembers, to change or to keep. */
  private _fillIn(): void {
    const { standing } = this.host;
    const said = this._isGoal ? standing?.goal(this.meta.id) : standing?.reflection(this.meta.id);
    if (said && !this._filled) {
      this._filled = true;
      if (this._field.value === '' && this._own === '') {
        this._field.value = said.text;
      }
      if (this._field.value.trim() === said.text.trim()) {
        this._tellKept(new Date(said.at));
      }
    }
  }

  /** Into the cell at once, so that nothing typed can get lost. */
  private _flush(): void {
    const text = this._field.value;
    if (text === this._own) {
      return;
    }
    this._writing = true;
    this.cell.model.sharedModel.setSource(text.trim() ? text : this._untouched);
    this._writing = false;
  }

  private _keep(): void {
    this._flush();
    this._filled = true;
    const { trans, activity } = this.host;
    const text = this._field.value.trim();
    const by = this._by.value ? new Date(`${this._by.value}T12:00:00`).toISOString() : null;
    this.host.record(
      this._isGoal
        ? { kind: 'goal_set', goal: this.meta.id, text, by, done: this._done.checked }
        : { kind: 'reflected', activity, prompt: this.meta.id, text }
    );
    this.host.save();
    if (text) {
      this._tellKept(new Date());
    } else {
      this._kept.textContent = trans.__('Taken back.');
    }
  }

  private _tellKept(at: Date): void {
    const when = at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
    this._kept.textContent = this.host.trans.__('Kept, %1.', when);
  }

  private _onContent(): void {
    if (!this._writing && !this.isDisposed && this._field.value !== this._own) {
      this._field.value = this._own;
    }
  }

  private readonly _field: HTMLTextAreaElement;
  private readonly _by: HTMLInputElement;
  private readonly _done: HTMLInputElement;
  private readonly _kept: HTMLElement;
  private _untouched = '';
  private _writing = false;
  private _filled = false;
  private _asText = false;
}
