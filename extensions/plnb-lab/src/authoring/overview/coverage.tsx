/** What is taught and checked where: a table of standards and activities, and what is missing. */
import * as React from 'react';

import { Icon } from '../../panels/icons';
import { number, stopsById, useOverview } from './shared';

export function CoverageTable(): React.JSX.Element {
  const { course, trans, show } = useOverview();
  const { coverage } = course;
  const title = stopsById(course);
  return (
    <div>
      <p className="plnb-Quiet">
        {trans.__('T: the activity teaches the standard. A number: how many checks in it give evidence for the standard.')}
      </p>
      <div className="plnb-Scroll" tabIndex={0} role="region" aria-label={trans.__('Standards and activities')}>
        <table className="plnb-Coverage">
          <caption className="plnb-mod-spoken">{trans.__('Standards and the activities that teach or check them')}</caption>
          <thead>
            <tr>
              <th scope="col">{trans.__('Standard')}</th>
              <th scope="col">{trans.__('Checks')}</th>
              <th scope="col">{trans.__('Points')}</th>
              {coverage.activities.map(id => (
                <th scope="col" key={id}>
                  <button type="button" className="plnb-Title" onClick={() => show(id)}>
                    {title.get(id)?.title ?? id}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {coverage.standards.map(row => {
              const by = new Map(row.activities.map(each => [each.activity, each]));
              return (
                <tr key={row.code}>
                  <th scope="row">
                    <strong>{row.code}</strong> {row.label === row.code ? '' : row.label}
                    {row.gap ? (
                      <span className="plnb-Tag plnb-mod-warn">
                        <Icon name="mend" />
                        {row.gap}
                      </span>
                    ) : null}
                  </th>
                  <td>{row.checks}</td>
                  <td>{number(row.points)}</td>
                  {coverage.activities.map(id => {
                    const found = by.get(id);
                    return <td key={id}>{found ? [found.teaches ? trans.__('T') : '', found.checks || ''].filter(Boolean).join(' ') : ''}</td>;
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {coverage.untouched.length ? <p>{trans.__('Neither taught nor checked: %1', coverage.untouched.join(', '))}</p> : null}
      {coverage.untagged.length ? <p>{trans.__('Checks that name no standard: %1', coverage.untagged.join(', '))}</p> : null}
    </div>
  );
}
