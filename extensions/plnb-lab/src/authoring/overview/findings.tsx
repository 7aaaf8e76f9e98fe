/** What lint found: where it is, what is wrong, and the mend, by one button where that needs no thought. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Icon, type IconName } from '../../panels/icons';
import type { Remark, Severity } from '../../schema';
import { Button, useOverview } from './shared';

const ORDER: readonly Severity[] = ['error', 'warning', 'advice'];

const ICONS: Record<Severity, IconName> = { error: 'no', warning: 'mend', advice: 'here' };

function severityWord(trans: TranslationBundle, severity: Severity): string {
  switch (severity) {
    case 'error':
      return trans.__('To mend before release');
    case 'warning':
      return trans.__('To look at');
    case 'advice':
      return trans.__('Advice');
  }
}

/** How many findings are drawn at once. */
const SHOWN = 100;

export function Findings(): React.JSX.Element {
  const { remarks, trans } = useOverview();
  const [all, setAll] = React.useState(false);
  if (remarks === null) {
    return <p className="plnb-Quiet">{trans.__('Looking through the course…')}</p>;
  }
  if (!remarks.length) {
    return (
      <p>
        <Icon name="check" /> {trans.__('Nothing to mend.')}
      </p>
    );
  }
  const sorted = [...remarks].sort((a, b) => ORDER.indexOf(a.finding.severity) - ORDER.indexOf(b.finding.severity));
  return (
    <>
      <ul className="plnb-Findings">
        {(all ? sorted : sorted.slice(0, SHOWN)).map((remark, index) => (
          <FindingRow key={`${remark.finding.code} ${remark.finding.place} ${index}`} remark={remark} />
        ))}
      </ul>
      {sorted.length > SHOWN && !all ? (
        <Button label={trans.__('Show all %1', sorted.length)} onClick={() => setAll(true)} />
      ) : null}
    </>
  );
}

function FindingRow({ remark }: { remark: Remark }): React.JSX.Element {
  const { trans, edit, open, show } = useOverview();
  const { finding, fix } = remark;
  const go = (): void => {
    if (finding.cell === null && remark.step) {
      show(remark.step);
    } else {
      open(remark.path, finding.cell);
    }
  };
  return (
    <li className="plnb-Finding" data-plnb-severity={finding.severity}>
      <p>
        <span className="plnb-Finding-kind">
          <Icon name={ICONS[finding.severity]} />
          {severityWord(trans, finding.severity)}
        </span>
        <span className="plnb-Quiet">{finding.place}</span>
      </p>
      <p>
        <strong>{finding.message}</strong> {finding.mend}
      </p>
      <div className="plnb-Tools">
        {remark.path ? <Button icon="start" label={trans.__('Go there')} name={trans.__('Go there: %1', finding.place)} onClick={go} /> : null}
        {fix ? <Button icon="check" label={fix.label} onClick={() => edit(fix.edit, trans.__('Done: %1.', fix.label))} /> : null}
      </div>
    </li>
  );
}
