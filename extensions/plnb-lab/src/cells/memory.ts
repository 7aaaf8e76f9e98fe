/**
 * What a notebook's own metadata remembers of its student: options taken, when, and soft gates gone past. So a copy that is handed in,
 * or opened where there is no server, says it all.
 */
import type { INotebookModel } from '@jupyterlab/notebook';

import type { ChoiceStanding } from '../schema';
import { type Choices, plnbOf, readChoices, readChosenAt, readGatesPassed } from './meta';

export class Memory {
  constructor(private readonly model: INotebookModel) {}

  get choices(): Choices {
    return readChoices(this.model);
  }

  get gatesPassed(): readonly string[] {
    return readGatesPassed(this.model);
  }

  /** Remember a choice; `at` is when it was made, as ISO 8601. */
  choose(fork: string, options: readonly string[], at: string): void {
    this._write({ choices: { ...this.choices, [fork]: [...options] }, chosen_at: { ...readChosenAt(this.model), [fork]: at } });
  }

  goOn(gate: string): void {
    this._write({ gates_passed: [...new Set([...this.gatesPassed, gate])] });
  }

  /**
   * Choices made elsewhere (in Python, in another tab, before a crash that came before saving) hold here too, where they are the later
   * ones. What this notebook says without a time stays. Gives back whether anything changed.
   */
  take(made: readonly ChoiceStanding[]): boolean {
    const { choices } = this;
    const times = readChosenAt(this.model);
    const news = made.filter(({ fork, options, at }) => {
      const mine = choices[fork];
      const then = times[fork];
      return options.length > 0 && (!mine || (then !== undefined && Date.parse(at) > Date.parse(then) && options.join() !== mine.join()));
    });
    if (news.length > 0) {
      this._write({
        choices: { ...choices, ...Object.fromEntries(news.map(({ fork, options }) => [fork, options])) },
        chosen_at: { ...times, ...Object.fromEntries(news.map(({ fork, at }) => [fork, at])) }
      });
    }
    return news.length > 0;
  }

  private _write(news: { choices?: Choices; chosen_at?: Readonly<Record<string, string>>; gates_passed?: readonly string[] }): void {
    this.model.setMetadata('plnb', { ...plnbOf(this.model), ...news });
  }
}
