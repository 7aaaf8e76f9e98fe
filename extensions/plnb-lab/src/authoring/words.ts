/** The words for roles, nbgrader's types and inserts, in one place to translate. */
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Severity } from '../schema';
import type { Kind, Role } from './facts';
import type { Insert } from './inserts';

export function roleWord(trans: TranslationBundle, role: Role | ''): string {
  switch (role) {
    case '':
      return trans.__('No role');
    case 'explain':
      return trans.__('Explanation');
    case 'example':
      return trans.__('Example');
    case 'practice':
      return trans.__('Practice');
    case 'hint':
      return trans.__('Help');
    case 'check':
      return trans.__('Check');
    case 'probe':
      return trans.__('Probe (where to start)');
    case 'challenge':
      return trans.__('Challenge');
    case 'fork':
      return trans.__('Fork');
    case 'gate':
      return trans.__('Gate');
    case 'reflect':
      return trans.__('Reflection');
    case 'goal':
      return trans.__('Goal');
    case 'response':
      return trans.__('Answer with a form');
    case 'vary':
      return trans.__('Numbers that vary');
  }
}

/** nbgrader's own words. */
export function kindWord(trans: TranslationBundle, kind: Kind): string {
  switch (kind) {
    case 'none':
      return trans.__('Not nbgrader’s');
    case 'manual':
      return trans.__('Manually graded answer');
    case 'task':
      return trans.__('Manually graded task');
    case 'answer':
      return trans.__('Autograded answer');
    case 'tests':
      return trans.__('Autograder tests');
    case 'locked':
      return trans.__('Read-only');
  }
}

export function insertWord(trans: TranslationBundle, what: Insert): string {
  switch (what) {
    case 'check':
      return trans.__('Check with an answer cell');
    case 'fresh':
      return trans.__('Check with fresh numbers');
    case 'vary':
      return trans.__('Numbers that vary');
    case 'choice':
      return trans.__('Choice');
    case 'number':
      return trans.__('Number');
    case 'text':
      return trans.__('Short text');
    case 'ordering':
      return trans.__('Ordering');
    case 'fork':
      return trans.__('Fork with two ways');
    case 'gate':
      return trans.__('Gate');
    case 'reflection':
      return trans.__('Reflection');
    case 'goal':
      return trans.__('Goal');
  }
}

export function severityWord(trans: TranslationBundle, severity: Severity): string {
  switch (severity) {
    case 'error':
      return trans.__('Must be mended');
    case 'warning':
      return trans.__('Should be mended');
    case 'advice':
      return trans.__('Could be better');
  }
}

