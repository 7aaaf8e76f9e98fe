/** The form that starts a preview: which unit to meet, and as whom. */
import * as React from 'react';

import type { Level, Preview } from '../../schema';
import { levelWord } from '../../words';
import { Button, Chooser, useOverview } from './shared';

const LEVELS: readonly Level[] = ['attempted', 'familiar', 'proficient', 'mastered'];

interface IAs {
  readonly code: string;
  readonly level: Level;
}

export function PreviewForm({ onMade, onClose }: { onMade: (made: Preview) => void; onClose: () => void }): React.JSX.Element {
  const { course, trans, model } = useOverview();
  const [unit, setUnit] = React.useState(course.units[0]?.id ?? '');
  const [levels, setLevels] = React.useState<readonly IAs[]>([]);
  const [before, setBefore] = React.useState(false);
  const [choices, setChoices] = React.useState<Readonly<Record<string, string>>>({});
  const heading = React.useRef<HTMLHeadingElement>(null);
  React.useEffect(() => heading.current?.focus(), []);
  const earlier = course.units.slice(0, Math.max(0, course.units.findIndex(each => each.id === unit)));
  const done = before
    ? earlier.flatMap(each =>
        each.nodes.flatMap(node =>
          node.kind === 'fork'
            ? node.ways
                .filter((way, index) => (choices[node.id] ? way.ref === choices[node.id] : index < node.pick))
                .flatMap(way => way.stops)
            : [node]
        )
      )
    : [];
  const start = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    const made = await model.preview({
      unit,
      levels: Object.fromEntries(levels.filter(each => each.code).map(each => [each.code, each.level])),
      done: done.map(stop => stop.id),
      choices: Object.values(choices).filter(Boolean)
    });
    if (made) {
      onMade(made);
    }
  };
  const forks = Object.entries(
    course.options.reduce<Record<string, { ref: string; title: string }[]>>((found, option) => {
      const fork = option.ref.split('/')[0] ?? '';
      return { ...found, [fork]: [...(found[fork] ?? []), option] };
    }, {})
  );
  const prompts = new Map(
    course.units.flatMap(each =>
      each.nodes.flatMap((node): [string, string][] =>
        node.kind === 'fork'
          ? [[node.id, node.prompt], ...node.ways.flatMap(way => way.stops.flatMap(stop => inner(stop.inside)))]
          : inner(node.inside)
      )
    )
  );
  return (
    <form className="plnb-Preview-form" aria-labelledby="plnb-preview-title" onSubmit={event => void start(event)}>
      <h3 id="plnb-preview-title" ref={heading} tabIndex={-1}>
        {trans.__('Preview as a student')}
      </h3>
      <p className="plnb-Quiet">
        {trans.__('You get the student’s version of the unit, without answers, in a folder of its own. Nothing you do there is handed in or counted.')}
      </p>
      <div className="plnb-Fields">
        <label>
          <span>{trans.__('Unit')}</span>
          <select value={unit} onChange={event => setUnit(event.target.value)}>
            {course.units.map(each => (
              <option key={each.id} value={each.id}>
                {each.title}
              </option>
            ))}
          </select>
        </label>
        {earlier.length ? (
          <label className="plnb-mod-tick">
            <input type="checkbox" checked={before} onChange={event => setBefore(event.target.checked)} />
            <span>{trans.__('As if everything before it were done')}</span>
          </label>
        ) : null}
      </div>
      <fieldset>
        <legend>{trans.__('As if the student were')}</legend>
        {levels.length ? null : <p className="plnb-Quiet">{trans.__('new to everything')}</p>}
        {levels.map((each, index) => (
          <div className="plnb-Statement" key={index}>
            <select
              aria-label={trans.__('Level')}
              value={each.level}
              onChange={event =>
                setLevels(levels.map((one, at) => (at === index ? { ...one, level: event.target.value as Level } : one)))
              }
            >
              {LEVELS.map(level => (
                <option key={level} value={level}>
                  {levelWord(trans, level)}
                </option>
              ))}
            </select>
            <Chooser
              label={trans.__('Standard')}
              known={course.standards}
              value={each.code}
              onChoose={code => setLevels(levels.map((one, at) => (at === index ? { ...one, code } : one)))}
            />
            <Button icon="bin" label={trans.__('Drop')} onClick={() => setLevels(levels.filter((_, at) => at !== index))} />
          </div>
        ))}
        <Button icon="plus" label={trans.__('Add a standard')} onClick={() => setLevels([...levels, { code: '', level: 'proficient' }])} />
      </fieldset>
      {forks.length ? (
        <fieldset>
          <legend>{trans.__('As if these ways were chosen')}</legend>
          <div className="plnb-Fields">
            {forks.map(([fork, options]) => (
              <label key={fork}>
                <span>{prompts.get(fork) ?? fork}</span>
                <select value={choices[fork] ?? ''} onChange={event => setChoices({ ...choices, [fork]: event.target.value })}>
                  <option value="">{trans.__('nothing chosen yet')}</option>
                  {options.map(option => (
                    <option key={option.ref} value={option.ref}>
                      {option.title}
                    </option>
                  ))}
                </select>
              </label>
            ))}
          </div>
        </fieldset>
      ) : null}
      <div className="plnb-Tools">
        <button type="submit" className="plnb-Button plnb-mod-strong" disabled={model.busy || !unit}>
          {model.busy ? trans.__('Making the preview…') : trans.__('Start the preview')}
        </button>
        <Button label={trans.__('Cancel')} onClick={onClose} />
      </div>
    </form>
  );
}

function inner(inside: readonly { kind: string; id: string; text: string }[]): [string, string][] {
  return inside.filter(each => each.kind === 'fork').map(each => [each.id, each.text]);
}
