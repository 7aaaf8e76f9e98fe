/**
 * Every sentence that the browser itself says, so that one place translates them. What the core says comes ready from the server.
 */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Format, Level, StepState, Trust, Verdict } from './schema';
import type { IProblem } from './tokens';

/** A problem in one friendly sentence, and what to do about it. */
export function problemWords(trans: TranslationBundle, problem: IProblem): { text: string; mend: string } {
  switch (problem.kind) {
    case 'no-server':
      return {
        text: trans.__('Your progress cannot be shown or kept here, because this JupyterLab runs without the plnb server extension.'),
        mend: trans.__('Ask whoever set it up to run “jupyter server extension enable plnb.server”. Your notebooks work all the same.')
      };
    case 'no-course':
      return {
        text: trans.__('There is no course in this folder.'),
        mend: trans.__('Open a notebook of your course, or its folder, and your way through it appears here.')
      };
    case 'offline':
      return {
        text: trans.__('The server cannot be reached right now.'),
        mend: trans.__('Go on working. What you do is kept in this page and sent as soon as the connection is back.')
      };
    case 'outdated':
      return {
        text: trans.__('plnb was updated while this page was open.'),
        mend: trans.__('Save your work and reload the page.')
      };
    case 'refused':
      return { text: problem.message || trans.__('Something went wrong.'), mend: problem.hint || trans.__('Try again in a moment.') };
  }
}

/** A state of a step. */
export function stateWord(trans: TranslationBundle, state: StepState): string {
  switch (state) {
    case 'done':
      return trans.__('Done');
    case 'ready':
      return trans.__('Open');
    case 'recommended':
      return trans.__('Next for you');
    case 'optional':
      return trans.__('If you like');
    case 'locked':
      return trans.__('Not open yet');
  }
}

/** A level, as a student reads it. */
export function levelWord(trans: TranslationBundle, level: Level): string {
  switch (level) {
    case 'not_started':
      return trans.__('Not started');
    case 'attempted':
      return trans.__('Started');
    case 'familiar':
      return trans.__('Familiar');
    case 'proficient':
      return trans.__('Proficient');
    case 'mastered':
      return trans.__('Mastered');
  }
}

/** What became of an answer. */
export function verdictWord(trans: TranslationBundle, verdict: Verdict): string {
  switch (verdict) {
    case 'passed':
      return trans.__('Right');
    case 'partial':
      return trans.__('Partly right');
    case 'failed':
      return trans.__('Not yet right');
    case 'waiting':
      return trans.__('Your teacher has yet to look at it');
    case 'timed_out':
      return trans.__('Took too long to run');
    case 'crashed':
      return trans.__('The code stopped Python');
    case 'our_fault':
      return trans.__('Could not be checked, through no fault of yours');
    case 'not_attempted':
      return trans.__('Not tried');
    case 'not_on_path':
      return trans.__('On a way you did not take');
  }
}

/** By whom something was seen. */
export function trustWord(trans: TranslationBundle, trust: Trust): string {
  switch (trust) {
    case 'self':
      return trans.__('in your own words');
    case 'local':
      return trans.__('practice in your notebook');
    case 'graded':
      return trans.__('graded');
    case 'teacher':
      return trans.__('judged by your teacher');
  }
}

/** The form something takes. */
export function formatWord(trans: TranslationBundle, format: Format): string {
  switch (format) {
    case 'text':
      return trans.__('Reading');
    case 'visual':
      return trans.__('Pictures');
    case 'data':
      return trans.__('Data');
    case 'story':
      return trans.__('Stories');
    case 'code':
      return trans.__('Code');
    case 'hands_on':
      return trans.__('Trying things out');
  }
}

/** A duration in minutes. */
export function minutesWords(trans: TranslationBundle, minutes: number): string {
  return trans.__('%1 min', Math.round(minutes));
}

/** A moment: the day, and for today the time. */
export function whenWords(trans: TranslationBundle, at: string, now: Date = new Date()): string {
  const then = new Date(at);
  if (then.toDateString() === now.toDateString()) {
    return trans.__('today, %1', new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' }).format(then));
  }
  return dayWords(at, now);
}

/** A day; its year where it is another one. */
export function dayWords(at: string, now: Date = new Date()): string {
  const then = new Date(at);
  const year = then.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year }).format(then);
}
