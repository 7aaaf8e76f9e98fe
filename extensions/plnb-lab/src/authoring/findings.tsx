/** What lint says of the notebook: where, what, and the mend; one click goes there, one click mends what needs no thinking. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Icon, type IconName } from '../panels/icons';
import type { LiveFinding, Mend, Severity } from '../schema';
import { problemWords } from '../words';
import { useAuthor } from './context';
import { severityWord } from './words';

const ICONS: Readonly<Record<Severity, IconName>> = { error: 'no', warning: 'mend', advice: 'star' };

export function Findings(): React.JSX.Element {
  const { model, trans } = useAuthor();
  const { findings, problem } = model;
  const count = findings.filter(finding => finding.severity !== 'advice').length;
  const words = problem && problemWords(trans, problem);
  return (
    <section aria-labelledby="plnb-author-findings">
      <h2 id="plnb-author-findings">
        {trans.__('What is still to do')} {findings.length ? <span className="plnb-Count">{findings.length}</span> : null}
      </h2>
      <p role="status" className="plnb-mod-spoken">
        {model.linted ? trans._n('%1 thing to mend', '%1 things to mend', count) : ''}
      </p>
      {words ? (
        <p className="plnb-Fault">
          {words.text} {words.mend}
        </p>
      ) : null}
      {model.linted && !findings.length ? (
        <p className="plnb-Good">
          <Icon name="check" />
          {trans.__('Nothing to mend in this notebook.')}
        </p>
      ) : null}
      <ul className="plnb-Findings">
        {findings.map((finding, at) => (
          <Found key={`${finding.code} ${finding.cell_id} ${at}`} finding={finding} />
        ))}
      </ul>
    </section>
  );
}

function Found({ finding }: { finding: LiveFinding }): React.JSX.Element {
  const { model, trans } = useAuthor();
  return (
    <li className="plnb-Finding" data-plnb-severity={finding.severity} data-plnb-code={finding.code}>
      <p className="plnb-Finding-head">
        <Icon name={ICONS[finding.severity]} />
        {severityWord(trans, finding.severity)}
        {finding.cell === null ? null : <span className="plnb-Quiet">{trans.__('cell %1', finding.cell + 1)}</span>}
      </p>
      <p>{finding.message}</p>
      <p className="plnb-Quiet">{finding.mend}</p>
      <div className="plnb-Row plnb-mod-tools">
        {finding.cell_id ? (
          <button type="button" className="plnb-Button" onClick={() => model.go(finding.cell_id)}>
            {trans.__('Go there')}
          </button>
        ) : null}
        {finding.mends.map((how, at) => (
          <Mending key={at} finding={finding} how={how} />
        ))}
      </div>
    </li>
  );
}

function Mending({ finding, how }: { finding: LiveFinding; how: Mend }): React.JSX.Element {
  const { model, trans, say } = useAuthor();
  const press = (choice = ''): void => {
    model.mend(finding, how, choice);
    say(trans.__('Mended.'));
  };
  if (how.kind === 'standard') {
    return (
      <>
        {how.texts.map(code => (
          <button key={code} type="button" className="plnb-Button" onClick={() => press(code)}>
            {label(trans, { ...how, text: code })}
          </button>
        ))}
      </>
    );
  }
  return (
    <button type="button" className="plnb-Button" onClick={() => press()}>
      {label(trans, how)}
    </button>
  );
}

function label(trans: TranslationBundle, { kind, text }: Mend): string {
  switch (kind) {
    case 'grade-id':
    case 'id':
      return trans.__('Call it %1', text);
    case 'tags':
      return trans.__('Set the tags');
    case 'lock':
      return trans.__('Lock it');
    case 'points':
      return trans.__('Give it %1 points', text);
    case 'role':
      return trans.__('Make it a check');
    case 'empty':
      return trans.__('Take the empty ones out');
    case 'branch':
      return text ? trans.__('Put it on %1', text) : trans.__('Show it to everybody');
    case 'standard':
      return trans.__('Take %1', text);
  }
}
