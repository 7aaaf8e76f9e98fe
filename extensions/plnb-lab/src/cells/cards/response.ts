/**
 * A form over an answer cell: it writes one plain line of Python, and reads it back. Where the code is more than that, the code shows
 * and the form steps aside.
 */
import type { Cell } from '@jupyterlab/cells';

import type { ResponseCell } from '../../schema';
import { button, type Child, freshId, h, rich, withUndo } from '../dom';
import { Card, type IHost } from '../host';
import { type Answer, asNumber, NO_ANSWER, readAnswer, writeAnswer } from '../literal';

export class ResponseCard extends Card {
  constructor(
    host: IHost,
    cell: Cell,
    private readonly meta: ResponseCell
  ) {
    super(host, cell);
    this.addClass('plnb-response');
    cell.model.contentChanged.connect(this._onContent, this);
    this.redraw();
  }

  protected facts(): readonly unknown[] {
    return [this._source, this._code, this._moved];
  }

  protected draw(): readonly Node[] {
    const answer = readAnswer(this._source, this.meta.name);
    const form = answer !== undefined && !this._code;
    this.cell.toggleClass('plnb-has-form', form);
    if (answer === undefined) {
      return [h('p', { class: 'plnb-quiet' }, this.host.trans.__('This answer is written in code.'))];
    }
    return [...(form ? [this._form(answer)] : []), h('div', { class: 'plnb-row' }, this._toggle())];
  }

  private _toggle(): HTMLElement {
    const { trans } = this.host;
    return button(
      this._code ? trans.__('Back to the form') : trans.__('Show the code'),
      () => {
        this._code = !this._code;
        this.redraw();
      },
      { class: 'plnb-link', 'data-key': 'code' }
    );
  }

  private _form(answer: Answer): HTMLElement {
    switch (this.meta.widget) {
      case 'choice':
        return this._choices(answer, 'radio');
      case 'multiple':
        return this._choices(answer, 'checkbox');
      case 'ordering':
        return this._ordering(answer);
      case 'number':
        return this._number(answer);
      case 'text':
        return this._text(answer);
    }
  }

  private get _prompt(): string {
    return this.meta.prompt || this.host.trans.__('Your answer');
  }

  /** What a student reads for an option. */
  private _label(option: string): string {
    return this.meta.labels?.[option] ?? option;
  }

  private _words(option: string): Child[] {
    return rich(this._label(option));
  }

  // --- choosing ------------------------------------------------------------------------------------------------------------------

  private _choices(answer: Answer, type: 'radio' | 'checkbox'): HTMLElement {
    const options = this.meta.options ?? [];
    const taken = answer.kind === 'list' ? answer.items : answer.kind === 'text' ? [answer.text] : [];
    const inputs = options.map((value, place) => {
      const input = h('input', { type, name: this._name, value, 'data-key': `option-${place}` });
      input.checked = taken.includes(value);
      input.addEventListener('change', () => {
        const chosen = inputs.filter(each => each.checked).map(each => each.value);
        this._write(type === 'radio' ? { kind: 'text', text: value } : { kind: 'list', items: chosen });
      });
      return input;
    });
    return h(
      'fieldset',
      {},
      h('legend', {}, ...rich(this._prompt)),
      h('div', { class: 'plnb-choices' }, ...inputs.map(input => h('label', { class: 'plnb-choice' }, input, h('span', {}, ...this._words(input.value)))))
    );
  }

  // --- ordering ------------------------------------------------------------------------------------------------------------------

  private _ordering(answer: Answer): HTMLElement {
    const { trans } = this.host;
    const options = this.meta.options ?? [];
    const said = answer.kind === 'list' ? answer.items.filter(each => options.includes(each)) : [];
    const order = [...said, ...options.filter(each => !said.includes(each))];
    const live = h('span', { role: 'status', class: 'plnb-unseen' });
    const move = (from: number, by: number): void => {
      const next = [...order];
      const [item = ''] = next.splice(from, 1);
      next.splice(from + by, 0, item);
      this._write({ kind: 'list', items: next });
      this._moved++;
      this.redraw();
      const key = `${by < 0 ? 'up' : 'down'}-${item}`;
      const same = this.node.querySelector<HTMLButtonElement>(`[data-key="${CSS.escape(key)}"]`);
      (same?.disabled ? this.node.querySelector<HTMLElement>(`[data-key="${CSS.escape(`${by < 0 ? 'down' : 'up'}-${item}`)}"]`) : same)?.focus();
      const status = this.node.querySelector('[role="status"]');
      if (status) {
        status.textContent = trans.__('“%1” is now number %2 of %3.', this._label(item), from + by + 1, order.length);
      }
    };
    const items = order.map((item, place) =>
      h(
        'li',
        {},
        h('span', { class: 'plnb-item' }, ...this._words(item)),
        button('↑', () => move(place, -1), {
          class: 'plnb-small',
          'data-key': `up-${item}`,
          'aria-label': trans.__('Move “%1” up', this._label(item)),
          disabled: place === 0
        }),
        button('↓', () => move(place, 1), {
          class: 'plnb-small',
          'data-key': `down-${item}`,
          'aria-label': trans.__('Move “%1” down', this._label(item)),
          disabled: place === order.length - 1
        })
      )
    );
    return h(
      'fieldset',
      {},
      h('legend', {}, ...rich(this._prompt)),
      h('ol', { class: 'plnb-order' }, ...items),
      answer.kind === 'list'
        ? null
        : h(
            'div',
            { class: 'plnb-row' },
            button(
              trans.__('This is my order'),
              () => {
                this._write({ kind: 'list', items: order });
                this._moved++;
                this.redraw();
              },
              { 'data-key': 'order' }
            )
          ),
      live
    );
  }

  // --- writing -------------------------------------------------------------------------------------------------------------------

  private _number(answer: Answer): HTMLElement {
    const { trans } = this.host;
    const id = freshId();
    const wrong = freshId();
    const fault = h('span', { id: wrong, class: 'plnb-fault', role: 'status' });
    const unit = this.meta.unit ? h('span', { class: 'plnb-unit' }, this.meta.unit) : null;
    const field = h('input', {
      id,
      type: 'text',
      inputmode: 'decimal',
      autocomplete: 'off',
      class: 'plnb-text plnb-number',
      'data-key': 'number',
      'aria-describedby': wrong,
      value: answer.kind === 'number' || answer.kind === 'text' ? answer.text : ''
    });
    field.addEventListener('input', () => {
      const number = asNumber(field.value);
      const empty = field.value.trim() === '';
      field.setAttribute('aria-invalid', String(number === undefined && !empty));
      fault.textContent = number === undefined && !empty ? trans.__('Write a number, for example 3.5 or 1/2.') : '';
      // What is no number is no answer: better none than the one before.
      this._write(number === undefined ? NO_ANSWER : { kind: 'number', text: number });
    });
    return h(
      'div',
      {},
      h('label', { for: id, class: 'plnb-label' }, ...rich(this.meta.unit ? trans.__('%1 (in %2)', this._prompt, this.meta.unit) : this._prompt)),
      h('div', { class: 'plnb-row' }, withUndo(field), unit, fault)
    );
  }

  private _text(answer: Answer): HTMLElement {
    const id = freshId();
    const field = h('textarea', { id, rows: 2, class: 'plnb-text', 'data-key': 'text' });
    field.value = answer.kind === 'text' || answer.kind === 'number' ? answer.text : '';
    field.addEventListener('input', () => this._write(field.value.trim() ? { kind: 'text', text: field.value } : NO_ANSWER));
    return h('div', {}, h('label', { for: id, class: 'plnb-label' }, ...rich(this._prompt)), withUndo(field));
  }

  // --- the code ------------------------------------------------------------------------------------------------------------------

  private get _source(): string {
    return this.cell.model.sharedModel.getSource();
  }

  private _write(answer: Answer): void {
    const source = writeAnswer(this._source, this.meta.name, answer);
    if (source !== this._source) {
      this._writing = true;
      this.cell.model.sharedModel.setSource(source);
      this._writing = false;
      // The form shows it already, and a field that is drawn anew loses the caret.
      this.drawn();
    }
  }

  /** Undo, another view, or the student's own typing changed the code. */
  private _onContent(): void {
    if (!this._writing && !this.isDisposed) {
      this.redraw();
    }
  }

  private readonly _name = freshId();
  private _moved = 0;
  private _writing = false;
  private _code = false;
}
