/** A gate: open, or what is missing in words; a soft one lets go, with a note for the teacher if the student likes. */
import type { Cell } from '@jupyterlab/cells';

import type { GateCell } from '../../schema';
import { button, freshId, h, icon, withUndo } from '../dom';
import { Card, type IHost } from '../host';

export class GateCard extends Card {
  constructor(
    host: IHost,
    cell: Cell,
    private readonly gate: GateCell
  ) {
    super(host, cell);
    this.addClass('plnb-gate');
    this._status = h('div', { role: 'status' });
    this.redraw();
  }

  protected facts(): readonly unknown[] {
    return [this.host.isOpen(this.gate.id), this.host.standing?.gate(this.gate.id)?.reason.text, this._writing];
  }

  protected draw(): readonly Node[] {
    const { trans, standing } = this.host;
    const step = standing?.gate(this.gate.id);
    const open = this.host.isOpen(this.gate.id);
    const held = step !== undefined && step.state !== 'done';
    this.node.classList.toggle('plnb-closed', !open);
    const text = !open
      ? (step?.reason.text ?? '')
      : held
        ? trans.__('You went on. Come back to what is still shaky when it suits you.')
        : (step?.reason.text ?? '');
    const said = text && (open ? text : `${trans.__('Not open yet.')} ${text}`);
    if (this._said !== said) {
      // Said aloud, so only when it is news.
      this._said = said;
      this._status.replaceChildren(h('p', { class: 'plnb-line' }, icon(open ? 'unlock' : 'lock'), h('span', {}, said)));
    }
    this.node.hidden = said === '';
    const parts: Node[] = [this._status];
    if (!open) {
      parts.push(h('p', { class: 'plnb-quiet' }, trans.__('What comes after this place is folded away until then.')));
      parts.push(this._writing ? this._note() : this._ways());
    }
    return parts;
  }

  private _ways(): HTMLElement {
    const { trans, commands } = this.host;
    return h(
      'div',
      { class: 'plnb-row' },
      commands.hasCommand('plnb:open-path')
        ? button(trans.__('See what helps'), () => void commands.execute('plnb:open-path'), { class: 'plnb-primary', 'data-key': 'help' })
        : null,
      this.gate.soft === false
        ? null
        : button(
            trans.__('Go on anyway'),
            () => {
              this._writing = true;
              this.redraw();
              this.node.querySelector('textarea')?.focus();
            },
            { 'data-key': 'go' }
          )
    );
  }

  private _note(): HTMLElement {
    const { trans } = this.host;
    const id = freshId();
    const note = withUndo(h('textarea', { id, rows: 2, maxlength: 2000, 'data-key': 'note', class: 'plnb-text' }));
    return h(
      'div',
      {},
      h('label', { for: id, class: 'plnb-label' }, trans.__('A word to your teacher, if you like: why now?')),
      note,
      h(
        'div',
        { class: 'plnb-row' },
        button(trans.__('Go on'), () => this._go(note.value), { class: 'plnb-primary', 'data-key': 'on' }),
        button(
          trans.__('Stay here'),
          () => {
            this._writing = false;
            this.redraw();
            this.node.querySelector<HTMLElement>('[data-key="go"]')?.focus();
          },
          { 'data-key': 'stay' }
        )
      )
    );
  }

  private _go(note: string): void {
    this._writing = false;
    this.host.goOn(this.gate.id, note.trim());
    // The buttons are gone: the student goes on from the cell itself.
    this.cell.node.focus();
  }

  protected override enter(): void {
    const note = this.node.querySelector('textarea');
    if (note) {
      this._go(note.value);
    }
  }

  private readonly _status: HTMLElement;
  private _said = '';
  private _writing = false;
}
