/** A gate's condition: some statements, of which all or one must hold. A condition deeper than that is shown and left alone. */
import * as React from 'react';

import { Icon } from '../panels/icons';
import { isRecord } from '../cells/meta';
import type { GateCell, Level } from '../schema';
import { levelWord } from '../words';
import { useAuthor } from './context';
import { gradeIdOf, type ICell, isGraded, setFields } from './facts';
import { CheckField, ChoiceField } from './fields';
import { IdField } from './roleforms';

type Atom = Readonly<Record<string, string>>;

interface ISimple {
  readonly join: 'all' | 'any';
  readonly atoms: readonly Atom[];
}

const LEVELS: readonly Level[] = ['attempted', 'familiar', 'proficient', 'mastered'];

function isAtom(value: unknown): value is Atom {
  return isRecord(value) && Object.values(value).every(each => typeof each === 'string');
}

/** A condition as this form can show it; null where it says more. */
export function simple(condition: unknown): ISimple | null {
  if (condition === undefined || condition === null) {
    return { join: 'all', atoms: [] };
  }
  if (isAtom(condition)) {
    return { join: 'all', atoms: [condition] };
  }
  for (const join of ['all', 'any'] as const) {
    const parts = isRecord(condition) ? condition[join] : undefined;
    if (Array.isArray(parts) && parts.every(isAtom)) {
      return { join, atoms: parts };
    }
  }
  return null;
}

export function GateForm({ cell, meta }: { cell: ICell; meta: GateCell }): React.JSX.Element {
  const { model, trans, view } = useAuthor();
  const now = simple(meta.opens_when);
  const set = (fields: Readonly<Record<string, unknown>>): void => model.apply(setFields([cell], fields));
  const keep = (join: 'all' | 'any', atoms: readonly Atom[]): void =>
    set({ opens_when: atoms.length > 1 ? { [join]: atoms } : (atoms[0] ?? null) });
  const checks = [
    ...model.cells.filter(isGraded).map(each => ({ value: `check ./${gradeIdOf(each)}`, label: trans.__('Check %1 of this notebook', gradeIdOf(each)) })),
    ...view.targets.map(({ kind, ref, title }) => ({
      value: `${kind} ${ref}`,
      label: kind === 'check' ? trans.__('Check: %1', title) : trans.__('Done: %1', title)
    }))
  ];
  const standards = view.standards.map(({ code, title }) => ({ value: `standard ${code}`, label: `${code} ${title}` }));
  const every = [...standards, ...checks];
  const valueOf = (atom: Atom): string => {
    const [key = '', ref = ''] = Object.entries(atom).find(([name]) => ['standard', 'check', 'done', 'choice'].includes(name)) ?? [];
    return `${key} ${ref}`;
  };
  const atomOf = (value: string, level: string): Atom => {
    const [key = '', ...rest] = value.split(' ');
    const ref = rest.join(' ');
    return key === 'standard' ? { standard: ref, at_least: level } : { [key]: ref };
  };
  return (
    <section aria-labelledby="plnb-author-gate">
      <h3 id="plnb-author-gate">{trans.__('Opens when')}</h3>
      {now === null ? (
        <>
          <p className="plnb-Quiet">{trans.__('This condition is longer than this form can show. Change it in the cell’s metadata, or start anew.')}</p>
          <pre className="plnb-Raw">{JSON.stringify(meta.opens_when, null, 1)}</pre>
        </>
      ) : (
        <>
          {now.atoms.length > 1 ? (
            <ChoiceField
              label={trans.__('How many of these')}
              value={now.join}
              mixed=""
              options={[
                { value: 'all', label: trans.__('all of them') },
                { value: 'any', label: trans.__('at least one') }
              ]}
              onChange={join => keep(join, now.atoms)}
            />
          ) : null}
          <ul className="plnb-List">
            {now.atoms.map((atom, at) => {
              const value = valueOf(atom);
              const known = every.some(each => each.value === value) ? every : [...every, { value, label: value }];
              const put = (next: Atom): void => keep(now.join, now.atoms.map((old, place) => (place === at ? next : old)));
              return (
                <li key={at}>
                  <div className="plnb-Pair">
                    <ChoiceField label={trans.__('What')} value={value} mixed="" options={known} onChange={next => put(atomOf(next, atom.at_least ?? 'familiar'))} />
                    {'standard' in atom ? (
                      <ChoiceField
                        label={'below' in atom ? trans.__('below') : trans.__('at least')}
                        value={(atom.at_least ?? atom.below) as Level}
                        mixed=""
                        options={LEVELS.map(level => ({ value: level, label: levelWord(trans, level) }))}
                        onChange={level => put({ ...atom, ['below' in atom ? 'below' : 'at_least']: level })}
                      />
                    ) : null}
                  </div>
                  <button
                    type="button"
                    className="plnb-Button plnb-mod-plain"
                    aria-label={trans.__('Delete condition %1', at + 1)}
                    onClick={() => keep(now.join, now.atoms.filter((_, place) => place !== at))}
                  >
                    <Icon name="bin" />
                  </button>
                </li>
              );
            })}
          </ul>
        </>
      )}
      {every[0] ? (
        <button
          type="button"
          className="plnb-Button"
          onClick={() => keep(now?.join ?? 'all', [...(now?.atoms ?? []), atomOf(checks[0]?.value ?? every[0]?.value ?? '', 'familiar')])}
        >
          <Icon name="plus" />
          {now ? trans.__('Add a condition') : trans.__('Start anew')}
        </button>
      ) : null}
      <CheckField label={trans.__('Only advises: a student may go on all the same')} value={meta.soft !== false} onChange={soft => set({ soft: soft ? null : false })} />
      <IdField cell={cell} id={meta.id} />
    </section>
  );
}
