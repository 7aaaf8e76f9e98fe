/** “Goals”: the student's own goals and reflections, theirs to write, change and take back. */
import { UUID } from '@lumino/coreutils';
import * as React from 'react';

import type { Goal, NewGoal, Reflection } from '../schema';
import { dayWords, whenWords } from '../words';
import { Icon } from './icons';
import { Opener, Quiet, SureButton, usePanel } from './shared';

export function Goals(): React.JSX.Element {
  const { trans, view } = usePanel();
  const [adding, setAdding] = React.useState(false);
  const { goals, reflections } = view;
  return (
    <>
      <section aria-labelledby="plnb-goals-title">
        <h2 id="plnb-goals-title">{trans.__('My goals')}</h2>
        {goals.length ? (
          <ul className="plnb-Goals">
            {goals.map(goal => (
              <OneGoal key={goal.goal} goal={goal} />
            ))}
          </ul>
        ) : adding ? null : (
          <Quiet>{trans.__('What would you like to be able to do? A goal of your own keeps the way in sight.')}</Quiet>
        )}
        {adding ? (
          <GoalForm goal={null} onClose={() => setAdding(false)} />
        ) : view.writable ? (
          <button type="button" className="plnb-Button" onClick={() => setAdding(true)}>
            <Icon name="plus" />
            {trans.__('Add a goal')}
          </button>
        ) : null}
      </section>
      <section aria-labelledby="plnb-thoughts-title">
        <h2 id="plnb-thoughts-title">{trans.__('What I thought')}</h2>
        {reflections.length ? (
          <ul className="plnb-Thoughts">
            {reflections.map(reflection => (
              <Thought key={`${reflection.activity} ${reflection.prompt}`} reflection={reflection} />
            ))}
          </ul>
        ) : (
          <Quiet>{trans.__('Nothing yet. Some activities ask what you think at their end; what you write there appears here.')}</Quiet>
        )}
      </section>
    </>
  );
}

function OneGoal({ goal }: { goal: Goal }): React.JSX.Element {
  const { trans, view } = usePanel();
  const [changing, setChanging] = React.useState(false);
  // The tick shows at once, and is taken back where it could not be kept.
  const [done, setDone] = React.useState(goal.done);
  React.useEffect(() => setDone(goal.done), [goal.done]);
  const keep = useKeeping();
  const same = { kind: 'goal_set', goal: goal.goal, text: goal.text, standard: goal.standard || null, by: goal.by } as const;
  const tick = async (now: boolean): Promise<void> => {
    setDone(now);
    if (!(await keep({ ...same, done: now }, now ? trans.__('Goal reached. Well done!') : trans.__('Goal open again.')))) {
      setDone(goal.done);
    }
  };
  if (changing) {
    return (
      <li>
        <GoalForm goal={goal} onClose={() => setChanging(false)} />
      </li>
    );
  }
  const facts = [goal.title, goal.by ? trans.__('by %1', dayWords(goal.by)) : '', goal.done ? trans.__('reached') : ''].filter(Boolean);
  return (
    <li className="plnb-Goal" data-plnb-done={goal.done ? 'yes' : 'no'}>
      <label>
        <input
          type="checkbox"
          checked={done}
          disabled={!view.writable}
          onChange={event => void tick(event.target.checked)}
        />
        <span className="plnb-Said">{goal.text}</span>
      </label>
      {facts.length ? <p className="plnb-Quiet">{facts.join(' · ')}</p> : null}
      {view.writable ? (
        <div className="plnb-Row plnb-mod-tools">
          <button type="button" className="plnb-Button plnb-mod-plain" aria-label={trans.__('Change the goal: %1', goal.text)} onClick={() => setChanging(true)}>
            <Icon name="pen" />
            {trans.__('Change')}
          </button>
          <SureButton
            label={trans.__('Take back')}
            sure={trans.__('Really take it back?')}
            name={trans.__('Take back the goal: %1', goal.text)}
            onClick={() => keep({ ...same, text: '' }, trans.__('Goal taken back.'))}
          />
        </div>
      ) : null}
    </li>
  );
}

function GoalForm({ goal, onClose }: { goal: Goal | null; onClose: () => void }): React.JSX.Element {
  const { trans, view } = usePanel();
  const [text, setText] = React.useState(goal?.text ?? '');
  const [by, setBy] = React.useState(dayOf(goal?.by));
  const [standard, setStandard] = React.useState(goal?.standard ?? '');
  const keep = useKeeping();
  const save = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    const said: NewGoal = {
      kind: 'goal_set',
      goal: goal?.goal ?? `goal-${UUID.uuid4().slice(0, 8)}`,
      text: text.trim(),
      standard: standard || null,
      // The end of that day, where the student is.
      by: by ? new Date(`${by}T23:59:59`).toISOString() : null,
      done: goal?.done ?? false
    };
    const home = event.currentTarget.closest<HTMLElement>('[role=tabpanel]');
    if (await keep(said, trans.__('Goal kept.'))) {
      onClose();
      home?.focus();
    }
  };
  return (
    <form className="plnb-Form" onSubmit={event => void save(event)} onKeyDown={event => event.key === 'Escape' && onClose()}>
      <label>
        {trans.__('My goal')}
        <textarea required autoFocus rows={2} maxLength={1000} value={text} onChange={event => setText(event.target.value)} />
      </label>
      <label>
        {trans.__('By when, if you like')}
        <input type="date" value={by} onChange={event => setBy(event.target.value)} />
      </label>
      <label>
        {trans.__('What it is about, if you like')}
        <select value={standard} onChange={event => setStandard(event.target.value)}>
          <option value="">{trans.__('Nothing in particular')}</option>
          {view.report.standards.map(each => (
            <option key={each.code} value={each.code}>
              {each.title}
            </option>
          ))}
        </select>
      </label>
      <div className="plnb-Row">
        <button type="submit" className="plnb-Button plnb-mod-strong" disabled={!text.trim()}>
          {trans.__('Keep')}
        </button>
        <button type="button" className="plnb-Button plnb-mod-plain" onClick={onClose}>
          {trans.__('Cancel')}
        </button>
      </div>
    </form>
  );
}

function Thought({ reflection }: { reflection: Reflection }): React.JSX.Element {
  const { trans, view } = usePanel();
  const place = view.places.find(each => each.kind === 'activity' && each.step === reflection.activity);
  return (
    <li>
      {reflection.question ? <p className="plnb-Why">{reflection.question}</p> : null}
      <p className="plnb-Said">{reflection.text}</p>
      <div className="plnb-Row">
        <span className="plnb-Quiet">{whenWords(trans, reflection.at)}</span>
        <Opener spot={place ? { path: place.path, cell: reflection.prompt } : null} title={trans.__('Go there')} />
      </div>
    </li>
  );
}

/** Keep a goal in the unit in front and say so. */
function useKeeping(): (goal: NewGoal, said: string) => Promise<boolean> {
  const { model, actions, say } = usePanel();
  return async (goal, said) => {
    const kept = await actions.record(model.path ?? '', goal);
    if (kept) {
      say(said);
    }
    return kept;
  };
}

/** The day of a moment, where the student is, as a date field has it. */
function dayOf(at: string | null | undefined): string {
  if (!at) {
    return '';
  }
  const day = new Date(at);
  return [day.getFullYear(), String(day.getMonth() + 1).padStart(2, '0'), String(day.getDate()).padStart(2, '0')].join('-');
}
