/** “Next for you”: one to three things to do, each with its why. */
import * as React from 'react';

import { type ISplit, type IStation, type IStop, stopsOf } from '../route';
import { Icon } from './icons';
import { Ways } from './fork';
import { Facts, usePanel } from './shared';

export function Next({ stations }: { stations: readonly IStation[] }): React.JSX.Element | null {
  const { trans, view } = usePanel();
  const { next, complete } = view.report.path;
  const stops = new Map(stopsOf(stations).map(stop => [stop.activity.id, stop]));
  const splits = new Map(
    stations.flatMap(station => station.nodes.flatMap(node => (node.kind === 'fork' ? [[node.fork.id, { split: node, station }] as const] : [])))
  );
  return (
    <section className="plnb-Next" aria-labelledby="plnb-next-title">
      <h2 id="plnb-next-title">{trans.__('Next for you')}</h2>
      {complete ? (
        <p className="plnb-Next-complete">
          <Icon name="star" />
          {trans.__('You have done everything this course asks. Well done!')}
        </p>
      ) : null}
      <ol className="plnb-Next-list">
        {next.map((suggestion, number) => {
          const stop = stops.get(suggestion.step);
          const found = splits.get(suggestion.step);
          return (
            <li key={suggestion.step} className={number ? 'plnb-Next-card' : 'plnb-Next-card plnb-mod-first'}>
              {stop ? <NextStop stop={stop} why={suggestion.reason.text} first={!number} /> : null}
              {found ? <NextSplit split={found.split} folder={found.station.folder} why={suggestion.reason.text} /> : null}
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function NextStop({ stop, why, first }: { stop: IStop; why: string; first: boolean }): React.JSX.Element {
  const { trans, actions } = usePanel();
  const { activity, step, place } = stop;
  const word = step.state === 'done' ? trans.__('Look again') : step.passed ? trans.__('Go on') : trans.__('Start');
  return (
    <>
      <h3>{activity.title}</h3>
      <p className="plnb-Why">{why}</p>
      <div className="plnb-Row">
        <Facts minutes={activity.minutes} format={activity.format} />
        {place?.path ? (
          <button
            type="button"
            className={first ? 'plnb-Button plnb-mod-strong' : 'plnb-Button'}
            aria-label={`${word}: ${activity.title}`}
            onClick={() => actions.open({ path: place.path })}
          >
            {word}
          </button>
        ) : (
          <span className="plnb-Quiet">{trans.__('Fetch this unit to begin.')}</span>
        )}
      </div>
    </>
  );
}

function NextSplit({ split, folder, why }: { split: ISplit; folder: string; why: string }): React.JSX.Element {
  return (
    <>
      <h3>
        <Icon name="split" /> {split.fork.prompt}
      </h3>
      <p className="plnb-Why">{why}</p>
      <Ways split={split} folder={folder} compact />
    </>
  );
}
