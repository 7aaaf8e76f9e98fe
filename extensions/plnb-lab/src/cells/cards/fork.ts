/** A choice point: its options as cards to choose from, the one that fits with its why. */
import { type Cell, MarkdownCell } from '@jupyterlab/cells';

import type { ForkCell, Format, OptionAsWritten } from '../../schema';
import { freshId, h, icon, rich } from '../dom';
import { Card, type IHost } from '../host';
import { formatWord, minutesWords } from '../words';

export class ForkCard extends Card {
  constructor(
    host: IHost,
    cell: Cell,
    private readonly fork: ForkCell
  ) {
    super(host, cell);
    this.addClass('plnb-fork');
    this._status = h('p', { role: 'status', class: 'plnb-fork-status' });
    this._sayOnce(fork.options.map(option => option.title));
    this.redraw();
  }

  protected facts(): readonly unknown[] {
    return [this.host.chosen(this.fork.id), this.host.standing?.advice(this.fork.id)];
  }

  protected draw(): readonly Node[] {
    const { trans } = this.host;
    const pick = Math.min(this.fork.pick ?? 1, this.fork.options.length);
    const chosen = this.host.chosen(this.fork.id);
    this._tell(chosen, pick);
    const legend = h('legend', {}, icon('fork'), h('span', {}, ...rich(this.fork.prompt)));
    const cards = this.fork.options.map(option => this._option(option, chosen, pick));
    const many = pick > 1 ? h('p', { class: 'plnb-quiet' }, trans.__('Choose %1 of them.', pick)) : null;
    return [h('fieldset', {}, legend, many, h('div', { class: 'plnb-options' }, ...cards)), this._status];
  }

  private _option(option: OptionAsWritten, chosen: readonly string[], pick: number): HTMLElement {
    const { trans, standing } = this.host;
    const taken = chosen.includes(option.id);
    const advice = standing?.advice(this.fork.id);
    const suggested = advice?.option === option.id;
    const about = freshId();
    const input = h('input', {
      type: pick > 1 ? 'checkbox' : 'radio',
      name: this._name,
      value: option.id,
      'data-key': option.id,
      'aria-describedby': about,
      disabled: pick > 1 && !taken && chosen.length >= pick,
      change: () => this._choose(option.id, pick)
    });
    input.checked = taken;
    return h(
      'label',
      { class: `plnb-option ${taken ? 'plnb-taken' : ''}` },
      h('span', { class: 'plnb-option-head' }, input, h('span', { class: 'plnb-option-title' }, ...rich(option.title))),
      h(
        'span',
        { id: about, class: 'plnb-option-about' },
        option.about ? h('span', {}, ...rich(option.about)) : null,
        this._details(option),
        suggested && advice
          ? h('span', { class: 'plnb-suggested' }, icon('star'), h('span', {}, h('strong', {}, trans.__('Suggested.')), ' ', advice.reason.text))
          : null
      )
    );
  }

  private _details(option: OptionAsWritten): HTMLElement | null {
    const { trans } = this.host;
    const facts = [
      option.minutes ? minutesWords(trans, option.minutes) : '',
      option.format ? formatWord(trans, option.format as Format) : '',
      ...(option.interests ?? [])
    ].filter(fact => fact !== '');
    return facts.length ? h('span', { class: 'plnb-facts' }, facts.join(' · ')) : null;
  }

  private _choose(option: string, pick: number): void {
    const chosen = this.host.chosen(this.fork.id);
    if (pick === 1) {
      this.host.choose(this.fork.id, [option]);
    } else {
      const next = chosen.includes(option) ? chosen.filter(each => each !== option) : [...chosen, option];
      // In the order the author wrote them, whatever the order of the clicks.
      this.host.choose(
        this.fork.id,
        this.fork.options.map(each => each.id).filter(id => next.includes(id))
      );
    }
  }

  /** Where the fork's own text lists the options, the cards say the same, and better: one of the two is enough. */
  private _sayOnce(titles: readonly string[]): void {
    const { cell } = this;
    if (!(cell instanceof MarkdownCell)) {
      return;
    }
    const fold = (): void => {
      for (const list of cell.node.querySelectorAll('.jp-RenderedMarkdown > ul, .jp-RenderedMarkdown > ol')) {
        const items = [...list.children].map(item => item.textContent?.trim() ?? '');
        const same = items.length === titles.length && titles.every(title => items.some(item => item.startsWith(title)));
        list.classList.toggle('plnb-said-below', same);
      }
    };
    const observer = new MutationObserver(fold);
    observer.observe(cell.node, { childList: true, subtree: true });
    cell.disposed.connect(() => observer.disconnect());
    fold();
  }

  /** What is said aloud when the choice changes. */
  private _tell(chosen: readonly string[], pick: number): void {
    const { trans } = this.host;
    const titles = this.fork.options.filter(each => chosen.includes(each.id)).map(each => `“${each.title}”`);
    const text =
      titles.length === 0
        ? trans.__('Nothing chosen yet. The ways open below as soon as you choose.')
        : titles.length < pick
          ? trans.__('You chose %1. Choose %2 more.', titles.join(', '), pick - titles.length)
          : trans.__('You chose %1. You can change your mind: nothing you wrote gets lost.', titles.join(', '));
    if (this._status.textContent !== text) {
      this._status.textContent = text;
    }
  }

  /** Two views of one notebook must not share a radio group. */
  private readonly _name = freshId();
  private readonly _status: HTMLElement;
}
