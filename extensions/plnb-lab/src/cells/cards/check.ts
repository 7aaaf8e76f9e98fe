/** A check: what became of it in words, the idea that was expected, hints one at a time, and how it felt. */
import type { Cell } from '@jupyterlab/cells';
import { NotebookActions } from '@jupyterlab/notebook';

import type { CellMeta, Level } from '../../schema';
import { button, freshId, h, icon, type IconName, rich } from '../dom';
import { Card, type IHost } from '../host';
import { type IGrader, isCheckCell, isManual } from '../meta';
import { OPEN_AT } from '../../opening';
import { answersOf, type Outcome, saysOnlyErrors } from '../outcomes';
import { numbersOf, putNext } from '../variants';
import { errorWords } from '../words';
import { chips } from './chips';

interface ISaid {
  readonly look: IconName;
  readonly state: string;
  readonly text: string;
}

export class CheckCard extends Card {
  constructor(
    host: IHost,
    cell: Cell,
    private readonly meta: CellMeta | null,
    private readonly grader: IGrader
  ) {
    super(host, cell);
    this.addClass('plnb-check');
    this._status = h('div', { role: 'status', class: 'plnb-said' });
    this.redraw();
  }

  protected facts(): readonly unknown[] {
    const { host, grader } = this;
    const standards = this.meta?.standards ?? [];
    return [
      host.outcomes.of(this.cell.model),
      host.tries(grader.id),
      host.hintsShown(grader.id),
      host.standing?.check(grader.id)?.passed,
      host.standing?.check(grader.id)?.graded,
      host.standing?.another(grader.id),
      host.standing?.writable,
      numbersOf(host.panel.content, this.cell.model) !== null,
      standards.map(code => host.standing?.standard(code, host.course)?.title),
      this._felt ?? host.standing?.feeling(standards[0] ?? '')?.level,
      this._showsPython
    ];
  }

  protected draw(): readonly Node[] {
    const outcome = this.host.outcomes.of(this.cell.model);
    this._mark(outcome);
    const top = chips(this.host, this.meta?.standards ?? []);
    if (isManual(this.grader)) {
      this._say({ look: 'person', state: this.host.trans.__('Your teacher reads this one.'), text: '' });
      return [...(top ? [top] : []), this._status, ...this._hints()];
    }
    this._say(this._words(outcome));
    return [...(top ? [top] : []), this._status, this._buttons(outcome), ...this._hints(), ...this._feelings(outcome)];
  }

  protected override enter(): void {
    this._check();
  }

  // --- what became of it ---------------------------------------------------------------------------------------------------------

  private _words(outcome: Outcome): ISaid {
    const { trans } = this.host;
    const tries = this.host.tries(this.grader.id);
    switch (outcome.kind) {
      case 'open':
        return this._passedEarlier(outcome)
          ? { look: 'passed', state: trans.__('Passed earlier.'), text: this._graded() || trans.__('Check again whenever you like.') }
          : { look: 'open', state: trans.__('Not checked yet.'), text: trans.__('Check when your answer is ready.') };
      case 'running':
        return { look: 'running', state: trans.__('Checking …'), text: '' };
      case 'passed':
        return {
          look: 'passed',
          state: trans.__('Passed.'),
          text: this._graded() || (tries > 1 ? trans.__('It took you %1 tries, and you got there.', tries) : trans.__('Well done.'))
        };
      case 'partly':
        return {
          look: 'partly',
          state: trans.__('Partly there: %1 %.', Math.round(outcome.share * 100)),
          text: trans.__('Some of it holds already.')
        };
      case 'notyet':
        return {
          look: 'notyet',
          state: outcome.answered ? trans.__('Not yet.') : trans.__('Not answered yet.'),
          text: outcome.message || trans.__('One thing that this check looks at does not hold yet.')
        };
      case 'broke':
        return {
          look: 'broke',
          state: trans.__('The code did not run.'),
          text: errorWords(trans, outcome.error, outcome.message)
        };
      case 'skipped':
        return {
          look: 'open',
          state: trans.__('Not checked yet.'),
          text: trans.__('A cell before this one stopped the run. Mend that one first, or check this one alone.')
        };
      case 'stopped':
        return {
          look: 'broke',
          state: trans.__('Not checked.'),
          text: trans.__('Python was stopped or started anew before the check was done. Run the cells above, then check again.')
        };
      case 'changed':
        return { look: 'open', state: trans.__('Your answer is new.'), text: trans.__('Check it again.') };
      case 'varied':
        return {
          look: 'open',
          state: trans.__('New numbers.'),
          text: trans.__('The numbers above have changed: work out your answer anew, then check it.')
        };
    }
  }

  /** What the grader saw counts more than what ran here: tests that students do not have may see more. */
  private _graded(): string {
    const { trans, standing } = this.host;
    switch (standing?.check(this.grader.id)?.graded) {
      case 'passed':
        return trans.__('Your teacher’s tests passed, too.');
      case 'failed':
      case 'partial':
        return trans.__('In what you handed in, your teacher’s tests found something more to do.');
      default:
        return '';
    }
  }

  /** Say it aloud, too, but only when it is news. */
  private _say(said: ISaid): void {
    const key = `${said.state}|${said.text}`;
    if (this._said !== key) {
      this._said = key;
      this._status.replaceChildren(
        h('p', { class: 'plnb-line' }, icon(said.look), h('span', {}, h('strong', {}, said.state), ' ', ...rich(said.text)))
      );
    }
  }

  private _mark(outcome: Outcome): void {
    this.node.dataset.state = this._passedEarlier(outcome) ? 'passed' : outcome.kind;
    const failed = outcome.kind === 'notyet' || outcome.kind === 'broke';
    this.cell.toggleClass('plnb-hide-tb', failed);
    this.cell.toggleClass('plnb-only-tb', failed && saysOnlyErrors(this.cell.model));
    this.cell.toggleClass('plnb-show-tb', failed && this._showsPython);
  }

  // --- what can be done ----------------------------------------------------------------------------------------------------------

  private _buttons(outcome: Outcome): HTMLElement {
    const { trans } = this.host;
    const failed = outcome.kind === 'notyet' || outcome.kind === 'broke';
    const lost = (outcome.kind === 'broke' && outcome.error === 'NameError') || outcome.kind === 'stopped';
    const done = outcome.kind === 'passed';
    return h(
      'div',
      { class: 'plnb-row' },
      button(done ? trans.__('Check again') : trans.__('Check my answer'), () => this._check(), {
        class: done ? '' : 'plnb-primary',
        'data-key': 'check',
        'aria-disabled': outcome.kind === 'running' ? 'true' : null
      }),
      lost ? button(trans.__('Run everything above, then check'), () => void this._checkFromTop(), { 'data-key': 'top' }) : null,
      this._hintButton(outcome),
      this._varyButton(outcome),
      this._anotherButton(outcome),
      failed
        ? button(this._showsPython ? trans.__('Hide the Python message') : trans.__('Show the Python message'), () => this._togglePython(), {
            class: 'plnb-link',
            'data-key': 'python',
            'aria-expanded': String(this._showsPython)
          })
        : null
    );
  }

  /** The same question again is no news; another one about the same is. For who passed, and for who is stuck. */
  private _anotherButton(outcome: Outcome): HTMLElement | null {
    const { trans, standing, commands } = this.host;
    const other = standing?.another(this.grader.id);
    const stuck = outcome.kind === 'notyet' && this.host.tries(this.grader.id) > 1;
    if (!other || !(outcome.kind === 'passed' || this._passedEarlier(outcome) || stuck)) {
      return null;
    }
    const title = other.title.replace(/^Check: /, '');
    return button(trans.__('Try another one: %1', title), () => void commands.execute(OPEN_AT, { path: other.path, check: other.to }), {
      class: 'plnb-link',
      'data-key': 'another'
    });
  }

  /** The same question with other numbers, for who has tried it; the button stays, for there are more. */
  private _varyButton(outcome: Outcome): HTMLElement | null {
    const tried = this.host.tries(this.grader.id) > 0 || ['passed', 'partly', 'varied'].includes(outcome.kind);
    if (!(tried || this._passedEarlier(outcome)) || !numbersOf(this.host.panel.content, this.cell.model)) {
      return null;
    }
    return button(this.host.trans.__('Try it with other numbers'), () => this._vary(), {
      'data-key': 'vary',
      'aria-disabled': outcome.kind === 'running' ? 'true' : null
    });
  }

  /** Only the number is written: what the student wrote stays until the student changes it. */
  private _vary(): void {
    const { outcomes, panel } = this.host;
    const numbers = numbersOf(panel.content, this.cell.model);
    if (!numbers || outcomes.of(this.cell.model).kind === 'running') {
      return;
    }
    putNext(numbers);
    const cells = panel.content.widgets.filter(each => each.model === numbers.model);
    void NotebookActions.runCells(panel.content, cells, panel.sessionContext);
  }

  private _passedEarlier(outcome: Outcome): boolean {
    return outcome.kind === 'open' && this.host.standing?.check(this.grader.id)?.passed === true;
  }

  private _togglePython(): void {
    this._showsPython = !this._showsPython;
    this.redraw();
  }

  /** Run the answers and then the check: a student need not know that there are several cells. */
  private _check(): void {
    const { content, sessionContext } = this.host.panel;
    if (this.host.outcomes.of(this.cell.model).kind === 'running') {
      return;
    }
    const answers = new Set(answersOf(content, this.cell.model));
    const cells = content.widgets.filter(each => each === this.cell || answers.has(each.model));
    void NotebookActions.runCells(
      content,
      cells.filter(each => each.model.type === 'code'),
      sessionContext
    );
  }

  private async _checkFromTop(): Promise<void> {
    const { content, sessionContext } = this.host.panel;
    const upTo = content.widgets.indexOf(this.cell);
    await NotebookActions.runCells(content, content.widgets.slice(0, upTo + 1), sessionContext);
  }

  // --- hints ---------------------------------------------------------------------------------------------------------------------

  private get _ladder(): readonly string[] {
    return isCheckCell(this.meta) ? (this.meta.hints ?? []) : [];
  }

  private _hintButton(outcome: Outcome): HTMLElement | null {
    const { trans } = this.host;
    const shown = this.host.hintsShown(this.grader.id);
    const all = this._ladder.length;
    if (all === 0 || shown >= all || outcome.kind === 'passed') {
      return null;
    }
    const words = shown === 0 ? trans.__('I would like a hint') : trans.__('Another hint (%1 of %2)', shown + 1, all);
    return button([icon('hint'), words], () => this._hint(shown + 1), { 'data-key': 'hint' });
  }

  private _hint(rung: number): void {
    this.host.showHint(this.grader.id, rung);
    this.redraw();
    if (rung >= this._ladder.length) {
      // The button that had the focus is gone: the hint itself takes it.
      this.node.querySelector<HTMLElement>('.plnb-hints li:last-child')?.focus();
    }
  }

  private _hints(): HTMLElement[] {
    const { trans } = this.host;
    const shown = this._ladder.slice(0, this.host.hintsShown(this.grader.id));
    if (shown.length === 0) {
      return [];
    }
    const last = shown.length - 1;
    return [
      h(
        'ol',
        { class: 'plnb-hints', 'aria-label': trans.__('Hints'), 'aria-live': 'polite' },
        ...shown.map((text, rung) =>
          h('li', rung === last ? { tabindex: -1, 'data-key': `hint-${rung}` } : {}, icon('hint'), h('span', {}, ...rich(text)))
        )
      )
    ];
  }

  // --- how it felt ---------------------------------------------------------------------------------------------------------------

  private _feelings(outcome: Outcome): HTMLElement[] {
    const { trans, standing } = this.host;
    const standards = this.meta?.standards ?? [];
    const stuck = outcome.kind === 'notyet' && this.host.tries(this.grader.id) > 1;
    const asks = outcome.kind === 'passed' || outcome.kind === 'partly' || stuck;
    if (!asks || standards.length === 0 || !standing?.writable) {
      return [];
    }
    const felt = this._felt ?? standing.feeling(standards[0] ?? '')?.level;
    const id = freshId();
    const answers: readonly (readonly [Level, string])[] = [
      ['attempted', trans.__('Hard')],
      ['familiar', trans.__('Getting there')],
      ['proficient', trans.__('I can do this')],
      ['mastered', trans.__('I could explain it')]
    ];
    return [
      h(
        'div',
        { class: 'plnb-row plnb-feel', role: 'group', 'aria-labelledby': id },
        h('span', { id }, trans.__('How did that feel?')),
        ...answers.map(([level, words]) =>
          button(words, () => this._feel(level, standards), {
            class: 'plnb-small',
            'aria-pressed': String(level === felt),
            'data-key': `feel-${level}`
          })
        )
      )
    ];
  }

  private _feel(level: Level, standards: readonly string[]): void {
    this._felt = level;
    this.host.record(...standards.map(standard => ({ kind: 'self_assessed', standard, level }) as const));
    this.redraw();
  }

  private readonly _status: HTMLElement;
  private _said = '';
  private _showsPython = false;
  private _felt: Level | undefined;
}
