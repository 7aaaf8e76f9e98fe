/** “What do you feel like?”: find an activity by interest, form and time. */
import * as React from 'react';

import { fitting, type IStation, type IWish, NO_WISH, stopsOf } from '../route';
import type { Format } from '../schema';
import { formatWord, minutesWords } from '../words';
import { Facts, Opener, State, usePanel } from './shared';

/** Times to choose from, in minutes. */
const TIMES = [20, 40, 60];

export function Wish({ stations }: { stations: readonly IStation[] }): React.JSX.Element {
  const { trans, course } = usePanel();
  const [wish, setWish] = React.useState<IWish>(NO_WISH);
  const formats = formatsOf(stations);
  const asked = Boolean(wish.interest || wish.format || wish.minutes);
  const found = asked ? fitting(stations, wish) : [];
  return (
    <details className="plnb-Wish">
      <summary>{trans.__('Find something you feel like')}</summary>
      <div className="plnb-Wish-fields">
        {course.interests.length ? (
          <label>
            {trans.__('Interest')}
            <select value={wish.interest} onChange={event => setWish({ ...wish, interest: event.target.value })}>
              <option value="">{trans.__('anything')}</option>
              {course.interests.map(interest => (
                <option key={interest} value={interest}>
                  {interest}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <label>
          {trans.__('Form')}
          <select value={wish.format} onChange={event => setWish({ ...wish, format: event.target.value as Format | '' })}>
            <option value="">{trans.__('any form')}</option>
            {formats.map(format => (
              <option key={format} value={format}>
                {formatWord(trans, format)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {trans.__('Time')}
          <select value={wish.minutes} onChange={event => setWish({ ...wish, minutes: Number(event.target.value) })}>
            <option value={0}>{trans.__('any time')}</option>
            {TIMES.map(minutes => (
              <option key={minutes} value={minutes}>
                {trans.__('up to %1', minutesWords(trans, minutes))}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div role="status">
        {asked ? (
          <p className="plnb-Quiet">
            {found.length
              ? trans._n('One activity fits and is open to you.', '%1 activities fit and are open to you.', found.length)
              : trans.__('Nothing that is open to you fits all of this. Try one wish less.')}
          </p>
        ) : null}
      </div>
      {found.length ? (
        <ul className="plnb-Found">
          {found.map(({ activity, step, place }) => (
            <li key={activity.id}>
              <Opener spot={place && { path: place.path }} title={activity.title} />
              {activity.about ? <p className="plnb-Why">{activity.about}</p> : null}
              <div className="plnb-Row">
                <State state={step.state} />
                <Facts minutes={activity.minutes} format={activity.format} />
              </div>
            </li>
          ))}
        </ul>
      ) : null}
    </details>
  );
}

function formatsOf(stations: readonly IStation[]): Format[] {
  const found = new Set<Format>();
  for (const { activity } of stopsOf(stations)) {
    for (const format of [activity.format, ...activity.forks.flatMap(fork => fork.options.map(option => option.format))]) {
      if (format) {
        found.add(format);
      }
    }
  }
  return [...found];
}
