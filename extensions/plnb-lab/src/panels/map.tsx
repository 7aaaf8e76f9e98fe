/** The course as a map: units as stations, their steps along the way, forks as branches. */
import * as React from 'react';

import type { ISplit, IStation, IStop } from '../route';
import type { Place, Step } from '../schema';
import { Ways } from './fork';
import { HandIn } from './handin';
import { Icon } from './icons';
import { Facts, Opener, State, stateIcon, usePanel } from './shared';

export function CourseMap({ stations }: { stations: readonly IStation[] }): React.JSX.Element {
  const { trans } = usePanel();
  return (
    <section aria-labelledby="plnb-map-title">
      <h2 id="plnb-map-title">{trans.__('Your way')}</h2>
      <ol className="plnb-Map">
        {stations.map((station, number) => (
          <Station key={station.unit.id} station={station} number={number + 1} />
        ))}
      </ol>
    </section>
  );
}

function Station({ station, number }: { station: IStation; number: number }): React.JSX.Element {
  const { trans } = usePanel();
  const [opened, setOpened] = React.useState<boolean | null>(null);
  const { unit, progress, done } = station;
  const open = opened ?? station.current;
  const closed = !done && station.nodes.length > 0 && station.nodes.every(node => node.step.state === 'locked');
  const steps = progress && progress.steps ? trans.__('%1 of %2 done', progress.done, progress.steps) : trans.__('Nothing to do here');
  const body = `plnb-unit-${unit.id}`;
  return (
    <li className="plnb-Station" data-plnb-state={done ? 'done' : closed ? 'locked' : 'ready'}>
      <Ring share={progress && progress.steps ? progress.done / progress.steps : 0} done={done} number={number} />
      <h3 className="plnb-Station-head">
        <button type="button" aria-expanded={open} aria-controls={body} onClick={() => setOpened(!open)}>
          <span className="plnb-Station-title">{unit.title}</span>
          <span className="plnb-Station-sum">{done ? trans.__('All done') : steps}</span>
          <Icon name="down" className={open ? 'plnb-mod-open' : ''} />
        </button>
      </h3>
      <div id={body} hidden={!open}>
        {unit.about ? <p className="plnb-Station-about">{unit.about}</p> : null}
        <ol className="plnb-Stops">
          {station.nodes.map(node =>
            node.kind === 'activity' ? (
              <Stop key={node.activity.id} stop={node} />
            ) : (
              <Split key={node.fork.id} split={node} folder={station.folder} />
            )
          )}
        </ol>
        <HandIn station={station} />
      </div>
    </li>
  );
}

/** A unit's place on the line: its number in a ring that fills. */
function Ring({ share, done, number }: { share: number; done: boolean; number: number }): React.JSX.Element {
  const around = 2 * Math.PI * 13;
  return (
    <svg className="plnb-Ring" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <circle className="plnb-Ring-way" cx="16" cy="16" r="13" />
      <circle className="plnb-Ring-done" cx="16" cy="16" r="13" strokeDasharray={`${share * around} ${around}`} transform="rotate(-90 16 16)" />
      {done ? <path d="M10.5 16.5l4 4 7.5-8.5" /> : <text x="16" y="16.5">{number}</text>}
    </svg>
  );
}

function Stop({ stop }: { stop: IStop }): React.JSX.Element {
  const { trans, view } = usePanel();
  const { activity, step, place, inside } = stop;
  const here = view.activity === activity.id;
  // The why of what comes next stands above the map; nobody needs to be told twice, or why something is done.
  const telling = step.state !== 'done' && !stop.next && (step.state !== 'optional' || !step.on_path);
  return (
    <li className="plnb-Stop" data-plnb-state={step.state} data-plnb-here={here ? 'yes' : undefined}>
      <span className="plnb-Stop-node">
        <Icon name={here ? 'here' : stateIcon(step.state)} />
      </span>
      <div className="plnb-Stop-body">
        <Opener spot={step.state !== 'locked' && place ? { path: place.path } : null} title={activity.title} current={here} />
        <div className="plnb-Row">
          <State state={step.state} />
          {here ? <span className="plnb-Chip">{trans.__('You are here')}</span> : null}
          {step.state === 'done' ? null : <Facts minutes={activity.minutes} format={activity.format} />}
        </div>
        {step.checks && step.passed && step.state !== 'done' ? <Checks step={step} /> : null}
        {telling ? <p className="plnb-Why">{step.reason.text}</p> : null}
        {step.state !== 'locked' && place && !place.path ? (
          <p className="plnb-Why">{trans.__('Not on this computer yet: fetch the unit to open it.')}</p>
        ) : null}
        {step.state === 'locked' ? null : <Inside steps={inside} />}
      </div>
    </li>
  );
}

function Checks({ step }: { step: Step }): React.JSX.Element {
  const { trans } = usePanel();
  return (
    <div className="plnb-Bar" aria-label={trans.__('%1 of %2 checks right', step.passed, step.checks)} role="img">
      <span style={{ width: `${(100 * step.passed) / step.checks}%` }} />
    </div>
  );
}

/** Choices still to make, and gates still closed, inside a notebook. */
function Inside({ steps }: { steps: readonly { step: Step; place: Place | null }[] }): React.JSX.Element | null {
  const open = steps.filter(({ step }) => step.on_path && step.state !== 'done');
  if (!open.length) {
    return null;
  }
  return (
    <ul className="plnb-Inside">
      {open.map(({ step, place }) => (
        <li key={`${step.kind} ${step.id}`}>
          <Icon name={step.kind === 'fork' ? 'split' : 'gate'} />
          <div>
            <Opener spot={place && { path: place.path, cell: place.cell }} title={step.title} />
            <p className="plnb-Why">{step.reason.text}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}

function Split({ split, folder }: { split: ISplit; folder: string }): React.JSX.Element {
  return (
    <li className="plnb-Split" data-plnb-state={split.step.state}>
      <span className="plnb-Stop-node">
        <Icon name={split.step.state === 'locked' ? 'lock' : 'split'} />
      </span>
      <div className="plnb-Stop-body">
        <span className="plnb-Opener">{split.fork.prompt}</span>
        {split.step.state === 'ready' && split.step.chosen.length ? null : (
          <div className="plnb-Row">
            <State state={split.step.state} />
          </div>
        )}
        {split.step.state === 'done' ? null : <p className="plnb-Why">{split.step.reason.text}</p>}
        <Ways split={split} folder={folder}>
          {way =>
            way.chosen || way.stops.some(stop => stop.step.state === 'done' || stop.step.passed) ? (
              <ol className="plnb-Stops">
                {way.stops.map(stop => (
                  <Stop key={stop.activity.id} stop={stop} />
                ))}
              </ol>
            ) : null
          }
        </Ways>
      </div>
    </li>
  );
}
