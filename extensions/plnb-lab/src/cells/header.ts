/** A line on top of the notebook: how far one is in this activity, and how long it takes. */
import type { Cell } from '@jupyterlab/cells';
import { Widget } from '@lumino/widgets';

import type { CellMeta } from '../schema';
import { h, icon, type IconName } from './dom';
import type { IHost } from './host';
import { type IGrader, isManual } from './meta';
import { minutesWords } from './words';

/** A cell on the student's way. */
export interface IOnWay {
  readonly cell: Cell;
  readonly meta: CellMeta | null;
  readonly grader: IGrader | null;
}

export class Header extends Widget {
  constructor(private readonly host: IHost) {
    super();
    this.addClass('plnb-header');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', host.trans.__('This activity'));
  }

  /** Draw the checks and minutes of the cells that are shown, and what there is to say about keeping. */
  tell(way: readonly IOnWay[], problem: string): void {
    const { trans } = this.host;
    const checks = way.filter(each => each.grader && (each.grader.grade || each.grader.task));
    const seen = checks.map(each => this._check(each, checks));
    const passed = seen.filter(each => each.passed).length;
    const minutes = way.reduce((sum, each) => sum + (each.meta?.minutes ?? 0), 0);
    const key = JSON.stringify([seen.map(each => [each.look, each.label]), minutes, problem]);
    if (key === this._drawn) {
      return;
    }
    this._drawn = key;
    const active = document.activeElement;
    const focused = active instanceof HTMLElement && this.node.contains(active) ? active.dataset.key : undefined;
    const count =
      checks.length === 0
        ? trans.__('Nothing to check here: read and try things out')
        : passed === checks.length
          ? trans.__('All %1 checks passed', checks.length)
          : trans._n('%2 of %1 check passed', '%2 of %1 checks passed', checks.length, passed);
    this.toggleClass('plnb-two-lines', problem !== '');
    this.node.replaceChildren(
      h(
        'div',
        { class: 'plnb-header-row' },
        h('span', { class: 'plnb-count' }, count),
        h('span', { class: 'plnb-dots' }, ...seen.map(each => each.dot)),
        minutes > 0 ? h('span', { class: 'plnb-quiet plnb-time' }, icon('clock'), minutesWords(trans, minutes)) : null
      ),
      ...(problem ? [h('div', { class: 'plnb-quiet plnb-problem', role: 'status', title: problem }, problem)] : [])
    );
    this.parent?.fit();
    if (focused) {
      this.node.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  private _check(each: IOnWay, all: readonly IOnWay[]): { dot: HTMLElement; look: IconName; label: string; passed: boolean } {
    const { trans, standing, outcomes, panel } = this.host;
    const id = each.grader?.id ?? '';
    const known = standing?.check(id);
    const outcome = outcomes.of(each.cell.model);
    const { kind } = outcome;
    const passed = kind === 'passed' || (kind !== 'changed' && known?.passed === true);
    const trying = (kind === 'notyet' && outcome.answered) || kind === 'broke' || kind === 'partly' || kind === 'changed';
    const [look, state]: [IconName, string] = isManual(each.grader)
      ? ['person', trans.__('your teacher reads it')]
      : passed
        ? ['passed', trans.__('passed')]
        : trying
          ? ['notyet', trans.__('not yet')]
          : ['open', trans.__('not checked yet')];
    const number = all.indexOf(each) + 1;
    const title = this.host.course?.units
      .flatMap(unit => unit.nodes.flatMap(node => ('options' in node ? node.options.flatMap(option => option.activities) : [node])))
      .find(activity => activity.id === this.host.activity)
      ?.checks.find(check => check.id === id)?.title;
    const label = title
      ? trans.__('Check %1, %2: %3', number, title.replace(/^Check: /, ''), state)
      : trans.__('Check %1: %2', number, state);
    const dot = h(
      'button',
      {
        type: 'button',
        class: 'plnb-dot',
        'data-look': look,
        'data-key': id,
        'aria-label': label,
        title: label,
        click: () => {
          const place = panel.content.widgets.indexOf(each.cell);
          panel.content.activeCellIndex = place;
          void panel.content.scrollToItem(place, 'center');
        }
      },
      icon(look)
    );
    return { dot, look, label, passed };
  }

  private _drawn = '';
}
