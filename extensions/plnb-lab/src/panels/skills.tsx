/** “What I can”: every standard with its level, and the answers it rests on one click away. */
import * as React from 'react';

import type { Evidence, StandardProgress } from '../schema';
import { dayWords, levelWord, trustWord, whenWords } from '../words';
import { Icon } from './icons';
import { LevelMark, Opener, Quiet, usePanel, VerdictMark } from './shared';

export function Skills(): React.JSX.Element {
  const { trans, view } = usePanel();
  const { standards } = view.report;
  const due = standards.filter(each => each.practice.review_due || each.practice.lapsed);
  const groups = new Map<string, StandardProgress[]>();
  for (const standard of standards) {
    groups.set(standard.group, [...(groups.get(standard.group) ?? []), standard]);
  }
  if (!standards.length) {
    return <Quiet>{trans.__('This course has not said yet what it teaches.')}</Quiet>;
  }
  return (
    <>
      {due.length ? (
        <section className="plnb-Due" aria-labelledby="plnb-due-title">
          <h2 id="plnb-due-title">
            <Icon name="bell" /> {trans.__('Time to look again')}
          </h2>
          <ul>
            {due.map(standard => (
              <li key={standard.code}>
                <strong>{standard.title}</strong>
                <Again standard={standard} />
              </li>
            ))}
          </ul>
        </section>
      ) : null}
      {[...groups].map(([group, members], number) => (
        <section key={group} aria-labelledby={`plnb-group-${number}`}>
          <h2 id={`plnb-group-${number}`}>{group || trans.__('What there is to learn')}</h2>
          <ul className="plnb-Skills">
            {members.map(standard => (
              <Skill key={standard.code} standard={standard} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

/** Why to look again, and where: at the latest answer. */
function Again({ standard }: { standard: StandardProgress }): React.JSX.Element {
  const { trans } = usePanel();
  const { practice, evidence } = standard;
  const latest = evidence[0];
  const why =
    practice.lapsed || !latest
      ? practice.reason.text
      : trans.__('You last worked on this on %1. Trying it again now helps it stay.', dayWords(latest.at));
  return (
    <>
      <p className="plnb-Why">{why}</p>
      {latest ? <Answered evidence={latest} /> : null}
    </>
  );
}

function Skill({ standard }: { standard: StandardProgress }): React.JSX.Element {
  const { trans } = usePanel();
  const { practice, credit, evidence } = standard;
  return (
    <li>
      <details className="plnb-Skill">
        <summary>
          <span className="plnb-Skill-title">{standard.title}</span>
          <LevelMark level={practice.level} />
          <Icon name="down" />
        </summary>
        {standard.statement && standard.statement !== standard.title ? <p>{standard.statement}</p> : null}
        <p className="plnb-Why">{practice.reason.text}</p>
        {credit.level === practice.level ? null : (
          <p className="plnb-Quiet">{trans.__('On graded work alone: %1.', levelWord(trans, credit.level).toLowerCase())}</p>
        )}
        {practice.review_on && !practice.review_due ? (
          <p className="plnb-Quiet">{trans.__('Worth another look on %1.', dayWords(practice.review_on))}</p>
        ) : null}
        {evidence.length ? (
          <ul className="plnb-Evidence">
            {evidence.map(each => (
              <li key={each.record}>
                <Answer evidence={each} />
              </li>
            ))}
          </ul>
        ) : (
          <Quiet>{trans.__('No answers on this yet.')}</Quiet>
        )}
      </details>
    </li>
  );
}

function Answer({ evidence }: { evidence: Evidence }): React.JSX.Element {
  const { trans } = usePanel();
  return (
    <>
      <VerdictMark verdict={evidence.verdict} />
      <Answered evidence={evidence} />
      {evidence.message && evidence.verdict !== 'passed' ? <p className="plnb-Said">{evidence.message}</p> : null}
      {evidence.comment ? <p className="plnb-Said">{trans.__('Your teacher: %1', evidence.comment)}</p> : null}
      <p className="plnb-Quiet">{trans.__('%1 · %2', whenWords(trans, evidence.at), trustWord(trans, evidence.trust))}</p>
    </>
  );
}

/** The check, as a way to where it is asked. */
function Answered({ evidence }: { evidence: Evidence }): React.JSX.Element {
  const { trans, view } = usePanel();
  const place = view.places.find(each => each.kind === 'activity' && each.step === evidence.activity);
  return (
    <Opener
      spot={place ? { path: place.path, check: evidence.check } : null}
      title={trans.__('%1 in “%2”', evidence.check_title, evidence.activity_title)}
    />
  );
}
