/** What lint says of the notebook: where, what, and the mend; one click goes there, one click mends what needs no thinking. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Icon, type IconName } from '../panels/icons';
import type { LiveFinding, Mend, Severity } from '../schema';
import { problemWords } from '../words';
import { useAuthor } from './context';
import { severityWord } from './words';

const ICONS: Readonly<Record<Severity, IconName>> = { error: 'no', warning: 'mend', advice: 'star' };

/** Findings shown before anybody asks for the rest. */
const FIRST = 30;

export function Findings(): React.JSX.Element {
  const [all, setAll] = React.useState(false);
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
        {findings.slice(0, all ? findings.length : FIRST).map((finding, at) => (
          <Found key={`${finding.code} ${finding.cell_id} ${at}`} finding={finding} />
        ))}
      </ul>
      {findings.length > FIRST && !all ? (
        <button type="button" className="plnb-Button" onClick={() => setAll(true)}>
          {trans.__('Show %1 more', findings.length - FIRST)}
        </button>
      ) : null}
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
      <p className="plnb-Quiet">{mendWords(trans, finding)}</p>
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

/** What to do about it, where this panel is the place to do it. */
function mendWords(trans: TranslationBundle, { code, mend }: LiveFinding): string {
  switch (code) {
    case 'untagged-check':
      return trans.__('Go there, and add the standards it gives evidence for.');
    case 'check-without-hint':
      return trans.__('Go there, and add hints: first a nudge, then a step, at last an example with other numbers.');
    case 'check-not-graded':
      return trans.__('Go there, and choose under “In nbgrader” how it is graded, or another role.');
    case 'gate-without-condition':
      return trans.__('Go there, and add what it waits for.');
    case 'empty-option':
      return trans.__('Select the cells of this way below the fork and choose it under “Shown”, or take the way out of the fork.');
    case 'role-mismatch':
      return trans.__('Go there, and choose a role or an nbgrader type that fits.');
    default:
      return mend;
  }
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
