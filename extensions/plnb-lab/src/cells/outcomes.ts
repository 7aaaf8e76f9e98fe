/**
 * What became of each check, as far as this page has seen: one listener for the whole application, so that nothing is missed where
 * a card is not drawn yet (a cell far away runs in “Run All” before its card exists).
 *
 * Knows no card. What happened is told by one signal, and kept by the student model.
 */
import type { ICellModel, ICodeCellModel } from '@jupyterlab/cells';
import * as nbformat from '@jupyterlab/nbformat';
import { type Notebook, NotebookActions, type NotebookPanel } from '@jupyterlab/notebook';
import { type ISignal, Signal } from '@lumino/signaling';

import { checksum } from './checksum';
import { NOT_RUN } from '../schema';
import { type IGrader, isAutomatic, readCellMeta, readGrader } from './meta';

/** What became of a check. */
export type Outcome =
  | { readonly kind: 'open' }
  | { readonly kind: 'running' }
  | { readonly kind: 'passed' }
  | { readonly kind: 'partly'; readonly share: number }
  | { readonly kind: 'notyet'; readonly message: string; readonly answered: boolean }
  | { readonly kind: 'broke'; readonly error: string; readonly message: string }
  /** A cell before it stopped the run. */
  | { readonly kind: 'skipped' }
  /** Python went away while it ran. */
  | { readonly kind: 'stopped' }
  /** The answer is no longer the one that was checked. */
  | { readonly kind: 'changed' }
  /** The question's numbers are no longer those that were answered. */
  | { readonly kind: 'varied' };

const OPEN: Outcome = { kind: 'open' };

/** A check that ran to a verdict. */
export interface IRan {
  readonly panel: NotebookPanel;
  readonly model: ICellModel;
  readonly grader: IGrader;
  readonly outcome: Outcome;
}

export class Outcomes {
  /** `panelOf` finds the panel of a notebook; `ran` is told of every check that says something about an answer. */
  constructor(
    private readonly panelOf: (notebook: Notebook) => NotebookPanel | undefined,
    private readonly ran: (check: IRan) => void
  ) {
    NotebookActions.executionScheduled.connect((_, { cell }) => {
      if (isAutomatic(readGrader(cell.model))) {
        this._set(cell.model, { kind: 'running' });
      }
    });
    NotebookActions.executed.connect((_, { notebook, cell, success, error }) => {
      const grader = readGrader(cell.model);
      if (cell.model.type !== 'code' || !isAutomatic(grader)) {
        return;
      }
      const outcome = success
        ? passed(cell.model as ICodeCellModel, grader)
        : failed(error?.errorName, error?.errorValue ?? '', isAnswered(notebook, cell.model));
      this._set(cell.model, outcome);
      const panel = this.panelOf(notebook);
      if (panel && counts(outcome)) {
        this.ran({ panel, model: cell.model, grader, outcome });
      }
    });
    NotebookActions.outputCleared.connect((_, { cell }) => this._set(cell.model, OPEN));
  }

  /** Emits the check's cell model. */
  get changed(): ISignal<this, ICellModel> {
    return this._changed;
  }

  /** What became of the check; where this page has not seen it run, what its outputs say. */
  of(model: ICellModel): Outcome {
    let outcome = this._known.get(model);
    if (!outcome) {
      outcome = model.type === 'code' ? fromOutputs(model as ICodeCellModel) : OPEN;
      this._known.set(model, outcome);
    }
    return outcome;
  }

  /** An answer was changed after its check: what the check said holds no more. */
  answerChanged(model: ICellModel): void {
    const { kind } = this.of(model);
    if (kind !== 'open' && kind !== 'running' && kind !== 'skipped' && kind !== 'changed' && kind !== 'varied') {
      this._set(model, { kind: 'changed' });
    }
  }

  /** The question was asked with other numbers: there is no answer to it yet. */
  numbersChanged(model: ICellModel): void {
    if (this.of(model).kind !== 'running') {
      this._set(model, { kind: 'varied' });
    }
  }

  /** Python went away: what was running will not come to an end. */
  kernelGone(model: ICellModel): void {
    if (this._known.get(model)?.kind === 'running') {
      this._set(model, { kind: 'stopped' });
    }
  }

  private _set(model: ICellModel, outcome: Outcome): void {
    this._known.set(model, outcome);
    this._changed.emit(model);
  }

  private readonly _known = new WeakMap<ICellModel, Outcome>();
  private readonly _changed = new Signal<this, ICellModel>(this);
}

/** Longest message that is kept of a failure, in characters. */
const MOST_SAID = 2000;

/** What the journal hears of an outcome. */
export function newsOf(outcome: Outcome): { error?: string; message?: string; score?: number } {
  switch (outcome.kind) {
    case 'notyet':
      return { error: 'AssertionError', message: outcome.message.slice(0, MOST_SAID) };
    case 'broke':
      return { error: outcome.error.slice(0, 200), message: outcome.message.slice(0, MOST_SAID) };
    case 'partly':
      return { score: outcome.share };
    default:
      return {};
  }
}

/** Whether an outcome is a try: what did not run, because a cell above had not, is none. */
export function wasTried(outcome: Outcome): boolean {
  return !(outcome.kind === 'broke' && NOT_RUN.includes(outcome.error));
}

/** Whether an outcome is news for the journal: it says something about an answer that was given. */
function counts(outcome: Outcome): boolean {
  return (
    outcome.kind === 'passed' || outcome.kind === 'partly' || outcome.kind === 'broke' || (outcome.kind === 'notyet' && outcome.answered)
  );
}

function failed(name: string | undefined, value: string, answered: boolean): Outcome {
  if (name === undefined) {
    return { kind: 'skipped' };
  }
  return name === 'AssertionError'
    ? { kind: 'notyet', message: value.trim(), answered }
    : { kind: 'broke', error: name, message: value.trim() };
}

/** A test cell may give part of its points by ending in a number, as nbgrader reads it. */
function passed(model: ICodeCellModel, grader: IGrader): Outcome {
  for (const output of outputsOf(model)) {
    if (nbformat.isExecuteResult(output) && grader.points > 0) {
      const points = Number(String(output.data['text/plain'] ?? '').trim() || NaN);
      if (points >= 0 && points < grader.points) {
        return { kind: 'partly', share: points / grader.points };
      }
    }
  }
  return { kind: 'passed' };
}

/** What the outputs that came with the file say. */
function fromOutputs(model: ICodeCellModel): Outcome {
  const grader = readGrader(model);
  if (!isAutomatic(grader)) {
    return OPEN;
  }
  const error = outputsOf(model).find(nbformat.isError);
  if (error) {
    return failed(String(error.ename), String(error.evalue), true);
  }
  return model.executionCount ? passed(model, grader) : OPEN;
}

/** Whether the outputs of a cell are a traceback and nothing else. */
export function saysOnlyErrors(model: ICellModel): boolean {
  return model.type === 'code' && outputsOf(model as ICodeCellModel).every(nbformat.isError);
}

function outputsOf(model: ICodeCellModel): nbformat.IOutput[] {
  return model.outputs.toJSON();
}

/** Whether one of the answers behind a check differs from what was released. Without answers to look at, it counts as given. */
export function isAnswered(notebook: Notebook, check: ICellModel): boolean {
  const answers = answersOf(notebook, check);
  return answers.length === 0 || answers.some(isChanged);
}

function isChanged(model: ICellModel): boolean {
  const grader = readGrader(model);
  return !grader?.checksum || grader.checksum !== checksum(grader, model.type, model.sharedModel.getSource());
}

/**
 * The answer cells a check is about: those above it on its way, back to the tests before it; tests in a row share them.
 * (The same rule as in `plnb.core.compiling`, here because a notebook must work without a server.)
 */
export function answersOf(notebook: Notebook, check: ICellModel): ICellModel[] {
  const branch = readCellMeta(check)?.branch ?? null;
  let answers: { model: ICellModel; branch: string | null }[] = [];
  let tested = false;
  for (const { model } of notebook.widgets) {
    const grader = readGrader(model);
    const tests: boolean = isAutomatic(grader);
    const meta = readCellMeta(model);
    if (model === check) {
      return answers.filter(one => one.branch === null || branch === null || one.branch === branch).map(one => one.model);
    }
    const answer = !tests && grader?.solution && !grader.grade;
    if (tested && (answer || meta?.role === 'vary')) {
      answers = [];
      tested = false;
    }
    if (answer) {
      answers.push({ model, branch: meta?.branch ?? null });
    }
    tested ||= tests;
  }
  return [];
}
