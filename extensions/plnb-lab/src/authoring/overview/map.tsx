/** The map of the course: units, activities and choices in order, each to be moved and changed where it stands. */
import * as React from 'react';

import { Icon } from '../../panels/icons';
import type { Leg, Split, Way } from '../../schema';
import { AddActivityForm, AddForkForm, AddOptionForm, AddUnitForm } from './adding';
import { Grip, useDrop } from './moving';
import { type IPlace, movedUnit, placesOf } from './places';
import { Button, Field, points, pointSpan, time, timeSpan, useOverview } from './shared';
import { Step } from './step';

export function CourseMap(): React.JSX.Element {
  const { course, trans } = useOverview();
  return (
    <div className="plnb-Map-units">
      {course.units.map((unit, index) => (
        <UnitCard key={unit.id} unit={unit} number={index + 1} />
      ))}
      {course.units.length ? null : <p className="plnb-Quiet">{trans.__('The course has no unit yet. Add the first one.')}</p>}
      <AddUnitForm />
    </div>
  );
}

function UnitCard({ unit, number }: { unit: Leg; number: number }): React.JSX.Element {
  const { course, trans, edit, shown, setShown } = useOverview();
  const place: IPlace = { unit: unit.id, option: null, steps: unit.nodes.map(node => node.id) };
  const drop = useDrop(place, null);
  const isOpen = shown === unit.id;
  const title = React.useId();
  const form = React.useId();
  const go = (by: -1 | 1): void => {
    const wanted = movedUnit(course, unit.id, by);
    if (wanted) {
      void edit(wanted, trans.__('Moved the unit “%1”.', unit.title));
    }
  };
  return (
    <section className="plnb-Unit" aria-labelledby={title} data-plnb-step={unit.id}>
      <header data-plnb-drop={unit.nodes.length ? undefined : drop.side} {...(unit.nodes.length ? {} : drop.handlers)}>
        <h3 id={title}>
          <button type="button" className="plnb-Title" aria-expanded={isOpen} aria-controls={form} onClick={() => setShown(isOpen ? '' : unit.id)}>
            {number}. {unit.title}
          </button>
        </h3>
        <p className="plnb-Step-facts">
          <span>{timeSpan(trans, unit.minutes)}</span>
          <span>{pointSpan(trans, unit.points)}</span>
        </p>
        <div className="plnb-Tools">
          <Button
            label={trans.__('Up')}
            name={trans.__('Move the unit “%1” up', unit.title)}
            disabled={number === 1}
            onClick={() => go(-1)}
          />
          <Button
            label={trans.__('Down')}
            name={trans.__('Move the unit “%1” down', unit.title)}
            disabled={number === course.units.length}
            onClick={() => go(1)}
          />
        </div>
      </header>
      <div id={form} hidden={!isOpen}>
        {isOpen ? (
          <div className="plnb-Step-form">
            <div className="plnb-Fields">
              <Field
                label={trans.__('Title of the unit')}
                value={unit.title}
                onKeep={text => void edit({ kind: 'rename', what: 'unit', id: unit.id, title: text }, trans.__('Title changed.'))}
              />
            </div>
            <Button
              icon="bin"
              label={trans.__('Take the unit out of the course')}
              onClick={() =>
                edit({ kind: 'remove', what: 'unit', id: unit.id }, trans.__('Taken out; its notebooks are still in its folder.'))
              }
            />
          </div>
        ) : null}
      </div>
      <ol className="plnb-Steps">
        {unit.nodes.map(node =>
          node.kind === 'fork' ? (
            <ForkCard key={node.id} fork={node} place={place} />
          ) : (
            <Step key={node.id} stop={node} place={place} />
          )
        )}
      </ol>
      <div className="plnb-Tools">
        <AddActivityForm unit={unit.id} option={null} />
        <AddForkForm unit={unit.id} />
      </div>
    </section>
  );
}

function ForkCard({ fork, place }: { fork: Split; place: IPlace }): React.JSX.Element {
  const { trans, edit, shown, setShown } = useOverview();
  const drop = useDrop(place, fork.id);
  const isOpen = shown === fork.id;
  const form = React.useId();
  return (
    <li className="plnb-Split" data-plnb-step={fork.id} data-plnb-drop={drop.side} {...drop.handlers}>
      <div className="plnb-Step-line">
        <Grip id={fork.id} title={fork.prompt} />
        <div className="plnb-Step-text">
          <p>
            <Icon name="split" />{' '}
            <button type="button" className="plnb-Title" aria-expanded={isOpen} aria-controls={form} onClick={() => setShown(isOpen ? '' : fork.id)}>
              {fork.prompt}
            </button>
            <span className="plnb-Tag">{trans.__('choose %1 of %2', fork.pick, fork.ways.length)}</span>
          </p>
        </div>
      </div>
      <div id={form} hidden={!isOpen}>
        {isOpen ? (
          <div className="plnb-Step-form">
            <div className="plnb-Fields">
              <Field
                label={trans.__('Question to the student')}
                value={fork.prompt}
                onKeep={text => void edit({ kind: 'rename', what: 'fork', id: fork.id, title: text }, trans.__('Question changed.'))}
              />
              <Field
                label={trans.__('How many to choose')}
                type="number"
                value={String(fork.pick)}
                onKeep={text =>
                  void edit({ kind: 'set_pick', fork: fork.id, pick: Math.max(1, Math.round(Number(text) || 1)) }, trans.__('Changed.'))
                }
              />
            </div>
            <div className="plnb-Tools">
              <AddOptionForm fork={fork} />
              <Button
                icon="bin"
                label={trans.__('Take the whole choice out')}
                onClick={() =>
                  edit({ kind: 'remove', what: 'fork', id: fork.id }, trans.__('Taken out; its notebooks are still in the folder.'))
                }
              />
            </div>
          </div>
        ) : null}
      </div>
      <ul className="plnb-Ways">
        {fork.ways.map(way => (
          <WayCard key={way.ref} way={way} fork={fork} unit={place.unit} />
        ))}
      </ul>
    </li>
  );
}

function WayCard({ way, fork, unit }: { way: Way; fork: Split; unit: string }): React.JSX.Element {
  const { course, trans, edit, shown, setShown } = useOverview();
  const place = placesOf(course).find(each => each.option === way.ref) ?? { unit, option: way.ref, steps: [] };
  const isOpen = shown === way.ref;
  const form = React.useId();
  const at = fork.ways.indexOf(way);
  return (
    <li className="plnb-Way" data-plnb-step={way.ref}>
      <p>
        <button type="button" className="plnb-Title" aria-expanded={isOpen} aria-controls={form} onClick={() => setShown(isOpen ? '' : way.ref)}>
          {way.title}
        </button>
      </p>
      <p className="plnb-Step-facts">
        <span>{time(trans, way.minutes)}</span>
        <span>{points(trans, way.points)}</span>
      </p>
      <div id={form} hidden={!isOpen}>
        {isOpen ? (
          <div className="plnb-Step-form">
            <div className="plnb-Fields">
              <Field
                label={trans.__('Title of the option')}
                value={way.title}
                onKeep={text => void edit({ kind: 'rename', what: 'option', id: way.ref, title: text }, trans.__('Title changed.'))}
              />
            </div>
            <div className="plnb-Tools">
              <Button
                label={trans.__('Move it forward')}
                disabled={at === 0}
                onClick={() =>
                  edit(
                    { kind: 'move_option', option: way.ref, before: fork.ways[at - 1]?.ref.split('/')[1] ?? null },
                    trans.__('Moved the option “%1”.', way.title)
                  )
                }
              />
              <Button
                icon="bin"
                label={trans.__('Take the option out')}
                onClick={() => edit({ kind: 'remove', what: 'option', id: way.ref }, trans.__('Option taken out.'))}
              />
            </div>
          </div>
        ) : null}
      </div>
      <ol className="plnb-Steps">
        {way.stops.map(stop => (
          <Step key={stop.id} stop={stop} place={place} />
        ))}
      </ol>
      <AddActivityForm unit={unit} option={way.ref} />
    </li>
  );
}
