/** Conditions as a form shows them: a few statements, all or any of which must hold. Pure. Anything more is left to `course.yaml`. */
import type { All, AnyOf, Level, SetCondition } from '../../schema';

export type Condition = NonNullable<SetCondition['condition']>;

/** One statement. */
export interface IStatement {
  readonly kind: 'at_least' | 'below' | 'done' | 'check' | 'choice';
  /** A standard, an activity, `activity/check` or `fork/option`. */
  readonly ref: string;
  readonly level: Level;
}

export interface IStatements {
  readonly join: 'all' | 'any';
  readonly parts: readonly IStatement[];
}

/** A condition as statements; null where it says more than a form can show. */
export function statements(condition: Condition | null): IStatements | null {
  if (condition === null) {
    return { join: 'all', parts: [] };
  }
  const parts = 'all' in condition ? (condition as All).all : 'any' in condition ? (condition as AnyOf).any : [condition];
  const found = parts.map(statement);
  return found.some(part => part === null) ? null : { join: 'any' in condition ? 'any' : 'all', parts: found as IStatement[] };
}

function statement(condition: Condition): IStatement | null {
  if ('at_least' in condition) {
    return { kind: 'at_least', ref: condition.standard, level: condition.at_least };
  }
  if ('below' in condition) {
    return { kind: 'below', ref: condition.standard, level: condition.below };
  }
  if ('done' in condition) {
    return { kind: 'done', ref: condition.done, level: 'familiar' };
  }
  if ('check' in condition) {
    return { kind: 'check', ref: condition.check, level: 'familiar' };
  }
  return 'choice' in condition ? { kind: 'choice', ref: condition.choice, level: 'familiar' } : null;
}

/** Statements as a condition; null where there are none. */
export function condition({ join, parts }: IStatements): Condition | null {
  const made = parts.map((part): Condition => {
    switch (part.kind) {
      case 'at_least':
        return { standard: part.ref, at_least: part.level };
      case 'below':
        return { standard: part.ref, below: part.level };
      case 'done':
        return { done: part.ref };
      case 'check':
        return { check: part.ref };
      case 'choice':
        return { choice: part.ref };
    }
  });
  const first = made[0];
  return first === undefined ? null : made.length === 1 ? first : join === 'all' ? { all: made } : { any: made };
}
