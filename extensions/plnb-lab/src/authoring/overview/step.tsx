/** An activity on the map: its facts in a line, and below it the form to change it. */
import * as React from 'react';

import { Icon } from '../../panels/icons';
import type { Stop } from '../../schema';
import { ConditionForm } from './condition';
import { Grip, useDrop } from './moving';
import { type IPlace, move, placesOf } from './places';
import { Button, Chooser, Field, points, time, useOverview } from './shared';

export function Step({ stop, place }: { stop: Stop; place: IPlace }): React.JSX.Element {
  const { trans, remarks, shown, setShown, open } = useOverview();
  const drop = useDrop(place, stop.id);
  const found = (remarks ?? []).filter(each => each.step === stop.id || (stop.path && each.path === stop.path));
  const serious = found.filter(each => each.finding.severity !== 'advice').length;
  const isOpen = shown === stop.id;
  const form = React.useId();
  return (
    <li className="plnb-Step" data-plnb-step={stop.id} data-plnb-drop={drop.side} {...drop.handlers}>
      <div className="plnb-Step-line">
        <Grip id={stop.id} title={stop.title} />
        <div className="plnb-Step-text">
          <p>
            <button type="button" className="plnb-Title" aria-expanded={isOpen} aria-controls={form} onClick={() => setShown(isOpen ? '' : stop.id)}>
              {stop.title}
            </button>
            {stop.optional ? <span className="plnb-Tag">{trans.__('optional')}</span> : null}
            {serious ? (
              <span className="plnb-Tag plnb-mod-warn">
                <Icon name="mend" />
                {trans._n('%1 to mend', '%1 to mend', serious)}
              </span>
            ) : null}
          </p>
          <p className="plnb-Step-facts">
            <span>{stop.minutes === null ? trans.__('no time given') : time(trans, stop.minutes)}</span>
            <span>{points(trans, stop.points)}</span>
            <span>{trans._n('%1 check', '%1 checks', stop.checks)}</span>
            {stop.standards.length ? <span>{trans.__('teaches %1', stop.standards.join(', '))}</span> : null}
          </p>
          {stop.opens ? (
            <p className="plnb-Step-why">
              <Icon name="lock" /> {trans.__('Opens when %1', stop.opens)}
            </p>
          ) : null}
          {stop.suggested ? (
            <p className="plnb-Step-why">
              <Icon name="star" /> {trans.__('Suggested when %1', stop.suggested)}
            </p>
          ) : null}
          {stop.inside.map(each => (
            <p className="plnb-Step-why" key={each.id}>
              <Icon name={each.kind === 'fork' ? 'split' : 'gate'} />{' '}
              {each.kind === 'fork' ? trans.__('Choice inside: %1', each.text) : trans.__('Part of it opens when %1', each.text)}
            </p>
          ))}
        </div>
        <Button
          icon="start"
          label={trans.__('Open')}
          name={trans.__('Open the notebook of “%1”', stop.title)}
          disabled={!stop.path}
          onClick={() => open(stop.path, null)}
        />
      </div>
      <div id={form} hidden={!isOpen}>
        {isOpen ? <StepForm stop={stop} place={place} /> : null}
      </div>
    </li>
  );
}

function StepForm({ stop, place }: { stop: Stop; place: IPlace }): React.JSX.Element {
  const { course, trans, edit, setShown } = useOverview();
  const keepMinutes = (text: string): void => {
    const minutes = text === '' ? null : Number(text);
    void edit({ kind: 'set_minutes', activity: stop.id, minutes }, trans.__('Time changed.'));
  };
  const setStandards = (standards: string[]): void =>
    void edit({ kind: 'set_standards', activity: stop.id, standards }, trans.__('Standards changed.'));
  const places = placesOf(course);
  return (
    <div className="plnb-Step-form">
      <div className="plnb-Fields">
        <Field
          label={trans.__('Title')}
          value={stop.title}
          onKeep={title => void edit({ kind: 'rename', what: 'activity', id: stop.id, title }, trans.__('Title changed.'))}
        />
        <Field label={trans.__('Minutes')} type="number" value={stop.minutes === null ? '' : String(stop.minutes)} onKeep={keepMinutes} />
        <label className="plnb-mod-tick">
          <input
            type="checkbox"
            checked={stop.optional}
            onChange={event =>
              void edit({ kind: 'set_optional', activity: stop.id, optional: event.target.checked }, trans.__('Changed.'))
            }
          />
          <span>{trans.__('Optional: nobody has to do it')}</span>
        </label>
      </div>
      <fieldset>
        <legend>{trans.__('Teaches')}</legend>
        <div className="plnb-Tools">
          {stop.standards.map(code => (
            <button
              type="button"
              key={code}
              className="plnb-Chip"
              aria-label={trans.__('Take %1 away', code)}
              title={course.standards.find(each => each.ref === code)?.title}
              onClick={() => setStandards(stop.standards.filter(each => each !== code))}
            >
              {code} <Icon name="no" />
            </button>
          ))}
          <Chooser
            key={stop.standards.join()}
            label={trans.__('Add a standard')}
            known={course.standards.filter(each => !stop.standards.includes(each.ref))}
            value=""
            onChoose={code => setStandards([...stop.standards, code])}
          />
        </div>
        {stop.builds_on.length ? (
          <p className="plnb-Quiet">{trans.__('Builds on: %1', stop.builds_on.join(', '))}</p>
        ) : null}
      </fieldset>
      <ConditionForm
        title={trans.__('Opens when')}
        none={trans.__('It is always open.')}
        words={stop.opens}
        value={stop.opens_when}
        own={stop.id}
        onKeep={condition =>
          void edit(
            { kind: 'set_condition', what: 'activity', id: stop.id, field: 'opens_when', condition },
            condition ? trans.__('Condition kept.') : trans.__('It is always open now.')
          )
        }
      />
      {stop.optional || stop.suggest_when ? (
        <ConditionForm
          title={trans.__('Suggested when')}
          none={trans.__('It is not suggested to anybody in particular.')}
          words={stop.suggested}
          value={stop.suggest_when}
          own={stop.id}
          onKeep={condition =>
            void edit(
              { kind: 'set_condition', what: 'activity', id: stop.id, field: 'suggest_when', condition },
              trans.__('Suggestion kept.')
            )
          }
        />
      ) : null}
      <div className="plnb-Tools">
        <label>
          <span>{trans.__('Move to the end of')}</span>
          <select
            value=""
            onChange={event => {
              const to = places[Number(event.target.value)];
              if (event.target.value && to) {
                void edit(move(stop.id, to, null), trans.__('Moved “%1”.', stop.title));
              }
            }}
          >
            <option value="">{trans.__('choose a place…')}</option>
            {places.map((each, index) =>
              each.unit === place.unit && each.option === place.option ? null : (
                <option key={`${each.unit} ${each.option}`} value={index}>
                  {placeName(each, course)}
                </option>
              )
            )}
          </select>
        </label>
        <Button
          icon="bin"
          label={trans.__('Take it out of the course')}
          onClick={async () => {
            const done = await edit(
              { kind: 'remove', what: 'activity', id: stop.id },
              trans.__('Taken out; its notebook is still in the folder of the unit.')
            );
            if (done) {
              setShown('');
            }
          }}
        />
      </div>
    </div>
  );
}

function placeName(place: IPlace, course: ReturnType<typeof useOverview>['course']): string {
  const unit = course.units.find(each => each.id === place.unit);
  const way = unit?.nodes.flatMap(node => (node.kind === 'fork' ? node.ways : [])).find(each => each.ref === place.option);
  return way ? `${unit?.title ?? place.unit}: ${way.title}` : (unit?.title ?? place.unit);
}
