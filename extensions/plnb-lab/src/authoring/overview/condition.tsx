/** The form of a condition: statements, all or any of which must hold. */
import * as React from 'react';

import type { Known, Level } from '../../schema';
import { levelWord } from '../../words';
import { condition, type Condition, type IStatement, statements } from './conditions';
import { stops } from './places';
import { Button, Chooser, useOverview } from './shared';

const LEVELS: readonly Level[] = ['attempted', 'familiar', 'proficient', 'mastered'];

export function ConditionForm({
  title,
  none,
  words,
  value,
  own,
  onKeep
}: {
  title: string;
  /** What holds where nothing is asked. */
  none: string;
  /** The condition in words, as it is now. */
  words: string;
  value: Condition | null;
  /** The activity it belongs to: it cannot wait for itself. */
  own: string;
  onKeep: (value: Condition | null) => void;
}): React.JSX.Element {
  const { course, trans, open } = useOverview();
  const key = JSON.stringify(value);
  const [form, setForm] = React.useState(() => statements(value));
  React.useEffect(() => setForm(statements(value)), [key]);
  if (!form) {
    return (
      <fieldset>
        <legend>{title}</legend>
        <p>{words}</p>
        <Button
          icon="text"
          label={trans.__('Change it in course.yaml')}
          onClick={() => open(course.path ? `${course.path}/course.yaml` : 'course.yaml', null)}
        />
      </fieldset>
    );
  }
  const known: Record<IStatement['kind'], readonly Known[]> = {
    at_least: course.standards,
    below: course.standards,
    done: stops(course)
      .filter(stop => stop.id !== own)
      .map(stop => ({ ref: stop.id, title: stop.title })),
    check: course.checks.filter(check => !check.ref.startsWith(`${own}/`)),
    choice: course.options
  };
  const kinds: Record<IStatement['kind'], string> = {
    at_least: trans.__('a standard is at least'),
    below: trans.__('a standard is below'),
    done: trans.__('an activity is done'),
    check: trans.__('a check is passed'),
    choice: trans.__('an option is chosen')
  };
  const change = (index: number, news: Partial<IStatement>): void =>
    setForm({ ...form, parts: form.parts.map((part, at) => (at === index ? { ...part, ...news } : part)) });
  const whole = form.parts.every(part => known[part.kind].some(each => each.ref === part.ref));
  const made = condition(form);
  return (
    <fieldset>
      <legend>{title}</legend>
      {form.parts.length === 0 ? <p className="plnb-Quiet">{none}</p> : null}
      {form.parts.length > 1 ? (
        <label>
          <span>{trans.__('How many of these must hold')}</span>
          <select value={form.join} onChange={event => setForm({ ...form, join: event.target.value === 'any' ? 'any' : 'all' })}>
            <option value="all">{trans.__('all of them')}</option>
            <option value="any">{trans.__('one is enough')}</option>
          </select>
        </label>
      ) : null}
      {form.parts.map((part, index) => (
        <div className="plnb-Statement" key={index}>
          <select
            aria-label={trans.__('What must hold')}
            value={part.kind}
            onChange={event => change(index, { kind: event.target.value as IStatement['kind'], ref: '' })}
          >
            {Object.entries(kinds).map(([kind, label]) => (
              <option key={kind} value={kind}>
                {label}
              </option>
            ))}
          </select>
          <Chooser
            label={part.kind === 'at_least' || part.kind === 'below' ? trans.__('Standard') : trans.__('Which one')}
            known={known[part.kind]}
            value={part.ref}
            onChoose={ref => change(index, { ref })}
          />
          {part.kind === 'at_least' || part.kind === 'below' ? (
            <select
              aria-label={trans.__('Level')}
              value={part.level}
              onChange={event => change(index, { level: event.target.value as Level })}
            >
              {LEVELS.map(level => (
                <option key={level} value={level}>
                  {levelWord(trans, level)}
                </option>
              ))}
            </select>
          ) : null}
          <Button
            icon="bin"
            label={trans.__('Drop')}
            name={trans.__('Drop this condition')}
            onClick={() => setForm({ ...form, parts: form.parts.filter((_, at) => at !== index) })}
          />
        </div>
      ))}
      <div className="plnb-Tools">
        <Button
          icon="plus"
          label={form.parts.length ? trans.__('Add another condition') : trans.__('Add a condition')}
          onClick={() => setForm({ ...form, parts: [...form.parts, { kind: 'at_least', ref: '', level: 'familiar' }] })}
        />
        {JSON.stringify(made) !== key ? (
          <Button icon="check" strong disabled={!whole} label={trans.__('Keep the condition')} onClick={() => onKeep(made)} />
        ) : null}
      </div>
    </fieldset>
  );
}
