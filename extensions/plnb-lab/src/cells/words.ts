/** Small phrases that several cards say. What the core says comes ready from the server. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Format } from '../schema';

export function minutesWords(trans: TranslationBundle, minutes: number): string {
  const whole = Math.max(1, Math.round(minutes));
  return trans._n('about %1 minute', 'about %1 minutes', whole);
}

export function formatWord(trans: TranslationBundle, format: Format): string {
  switch (format) {
    case 'text':
      return trans.__('to read');
    case 'visual':
      return trans.__('with pictures');
    case 'data':
      return trans.__('with data');
    case 'story':
      return trans.__('as a story');
    case 'code':
      return trans.__('with code');
    case 'hands_on':
      return trans.__('by trying things out');
  }
}

/** An error of Python in a sentence that says what to do; the name of the error stays behind “Show the Python message”. */
export function errorWords(trans: TranslationBundle, error: string, message: string): string {
  const name = /name '([^']+)' is not defined/.exec(message)?.[1];
  switch (error) {
    case 'NameError':
      return name
        ? trans.__('Python does not know “%1” yet. A cell above may not have run, or the name is spelled differently there.', name)
        : trans.__('Python does not know one of the names yet. A cell above may not have run.');
    case 'SyntaxError':
    case 'IndentationError':
    case 'TabError':
      return trans.__('Python cannot read the code. Look for a missing bracket, colon or quotation mark.');
    case 'TypeError':
      return /NoneType/.test(message)
        ? trans.__('There is still a None where a value is needed. Is every part of your answer filled in?')
        : trans.__('A value is of another kind than needed here: for example text where a number should be.');
    case 'ZeroDivisionError':
      return trans.__('Somewhere something is divided by zero.');
    case 'NotImplementedError':
      return trans.__('There is no answer yet.');
    case 'KeyboardInterrupt':
      return trans.__('The run was stopped before the check was done.');
    case 'IndexError':
    case 'KeyError':
      return trans.__('Your code asks for something that is not in the list or table.');
    case 'RecursionError':
      return trans.__('Your function calls itself again and again without an end.');
    case 'ModuleNotFoundError':
      return trans.__('A package that this notebook needs is not installed here. Ask your teacher.');
    default:
      return trans.__('Python stopped before the check was done.');
  }
}
