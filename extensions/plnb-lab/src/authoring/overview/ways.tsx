/** Every way through each unit: how long it takes, and what it is worth. */
import * as React from 'react';

import { number, pointSpan, time, timeSpan, useOverview } from './shared';

export function Ways(): React.JSX.Element {
  const { course, trans } = useOverview();
  return (
    <div className="plnb-Scroll" tabIndex={0} role="region" aria-label={trans.__('Ways through the units')}>
      <table className="plnb-Ways-table">
        <caption>
          {trans.__(
            'The whole course: %1, %2. Optional activities are left out of the time.',
            timeSpan(trans, course.minutes),
            pointSpan(trans, course.points)
          )}
        </caption>
        <thead>
          <tr>
            <th scope="col">{trans.__('Unit')}</th>
            <th scope="col">{trans.__('Options chosen')}</th>
            <th scope="col">{trans.__('Time')}</th>
            <th scope="col">{trans.__('Points')}</th>
            <th scope="col">{trans.__('Checks')}</th>
          </tr>
        </thead>
        <tbody>
          {course.units.map(unit =>
            unit.ways.length ? (
              unit.ways.map((way, index) => (
                <tr key={`${unit.id} ${index}`}>
                  <th scope="row">{unit.title}</th>
                  <td>{way.options.join(', ') || trans.__('no choice')}</td>
                  <td>{time(trans, way.minutes)}</td>
                  <td>{number(way.points)}</td>
                  <td>{way.checks}</td>
                </tr>
              ))
            ) : (
              <tr key={unit.id}>
                <th scope="row">{unit.title}</th>
                <td>{trans.__('too many ways to list')}</td>
                <td>{timeSpan(trans, unit.minutes)}</td>
                <td>{pointSpan(trans, unit.points)}</td>
                <td />
              </tr>
            )
          )}
        </tbody>
      </table>
    </div>
  );
}
