/** Standards as small chips; what one should be able to do shows on hover and on focus. */
import type { Cell } from '@jupyterlab/cells';

import { freshId, h } from '../dom';
import { Card, type IHost } from '../host';

/** A row of chips, or null where none of the standards has a name that people know. */
export function chips(host: IHost, codes: readonly string[]): HTMLElement | null {
  const known = codes.flatMap(code => {
    const standard = host.standing?.standard(code, host.course);
    return standard ? [{ code, ...standard }] : [];
  });
  if (known.length === 0) {
    return null;
  }
  return h('ul', { class: 'plnb-chips', 'aria-label': host.trans.__('What this is about') }, ...known.map(each => h('li', {}, ...chip(each))));
}

function chip(standard: { code: string; title: string; statement: string }): readonly Node[] {
  const id = freshId();
  const tip = h('span', { id, role: 'tooltip', class: 'plnb-tip' }, standard.statement, h('span', { class: 'plnb-code' }, standard.code));
  const control = h('button', { type: 'button', class: 'plnb-chip', 'aria-describedby': id, 'data-key': `chip-${standard.code}` }, standard.title);
  // Escape takes the tip away while the pointer or the focus stays.
  control.addEventListener('keydown', event => {
    if (event.key === 'Escape' && !tip.classList.contains('plnb-away')) {
      tip.classList.add('plnb-away');
      event.stopPropagation();
    }
  });
  control.addEventListener('blur', () => tip.classList.remove('plnb-away'));
  return [control, tip];
}

/** Chips above a cell that serves standards and has no card of its own. */
export class ChipsCard extends Card {
  constructor(
    host: IHost,
    cell: Cell,
    private readonly codes: readonly string[]
  ) {
    super(host, cell);
    this.addClass('plnb-chips-only');
    this.redraw();
  }

  protected facts(): readonly unknown[] {
    return this.codes.map(code => this.host.standing?.standard(code, this.host.course)?.title ?? '');
  }

  protected draw(): readonly Node[] {
    const row = chips(this.host, this.codes);
    this.node.hidden = row === null;
    return row ? [row] : [];
  }
}
