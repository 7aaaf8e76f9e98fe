/** Handing in a unit, and what came back. */
import * as React from 'react';

import { type IStation, stopsOf } from '../route';
import { whenWords } from '../words';
import { Icon } from './icons';
import { type ITold, Notice, usePanel } from './shared';

export function HandIn({ station }: { station: IStation }): React.JSX.Element | null {
  const { trans, actions, say, view } = usePanel();
  const [busy, setBusy] = React.useState(false);
  const [result, setResult] = React.useState<ITold | null>(null);
  const { unit, folder } = station;
  const last = view.submitted.find(each => each.unit === unit.id);
  const begun = stopsOf([station]).some(({ step }) => step.state === 'done' || step.passed > 0);
  if (!folder || !(begun || last || unit.id === view.unit)) {
    return null;
  }
  const handIn = async (): Promise<void> => {
    setBusy(true);
    setResult(null);
    const said = await actions.handIn(unit.id);
    setBusy(false);
    setResult(said);
    say(`${said.text} ${said.mend}`);
  };
  return (
    <div className="plnb-HandIn">
      <div className="plnb-Row">
        <button
          type="button"
          className={station.done && !last ? 'plnb-Button plnb-mod-strong' : 'plnb-Button'}
          disabled={busy}
          aria-label={trans.__('Hand in: %1', unit.title)}
          onClick={() => void handIn()}
        >
          <Icon name="hand" />
          {busy ? trans.__('Handing in…') : last ? trans.__('Hand in again') : trans.__('Hand in')}
        </button>
        {last ? <span className="plnb-Quiet">{trans.__('Handed in: %1', whenWords(trans, last.at))}</span> : null}
      </div>
      <Told result={result} />
    </div>
  );
}

/** What came of it, in words. */
function Told({ result }: { result: ITold | null }): React.JSX.Element | null {
  if (!result) {
    return null;
  }
  return result.done && !result.mend ? (
    <p className="plnb-Good">
      <Icon name="check" />
      {result.text}
    </p>
  ) : (
    <Notice text={result.text} mend={result.mend} calm={result.done} />
  );
}

/** Look whether something came back. */
function Fetch(): React.JSX.Element {
  const { trans, actions, say } = usePanel();
  const [busy, setBusy] = React.useState(false);
  const [result, setResult] = React.useState<ITold | null>(null);
  const fetch = async (): Promise<void> => {
    setBusy(true);
    setResult(null);
    const told = await actions.fetch();
    setBusy(false);
    setResult(told);
    say(`${told.text} ${told.mend}`);
  };
  return (
    <div className="plnb-Fetch">
      <button type="button" className="plnb-Button" disabled={busy} onClick={() => void fetch()}>
        <Icon name="letter" />
        {busy ? trans.__('Looking…') : trans.__('Look for feedback')}
      </button>
      <Told result={result} />
    </div>
  );
}

/** Pages and words that came back from the teacher, newest first. */
export function CameBack(): React.JSX.Element | null {
  const { trans, actions, view } = usePanel();
  const [all, setAll] = React.useState(false);
  const { feedback } = view;
  const { notes } = view.report;
  if (!feedback.length && !notes.length && !view.submitted.length) {
    return null;
  }
  const shown = all ? feedback : feedback.slice(0, 3);
  const about = { comment: trans.__('Comment'), override: trans.__('Your teacher’s word'), intervention: trans.__('Help'), direction: trans.__('Your teacher’s word') };
  return (
    <section aria-labelledby="plnb-back-title">
      <h2 id="plnb-back-title">{trans.__('What came back')}</h2>
      {view.submitted.length ? <Fetch /> : null}
      <ul className="plnb-Back">
        {shown.map(page => (
          <li key={page.path}>
            <Icon name={page.kind === 'progress' ? 'data' : 'letter'} />
            <div>
              <button type="button" className="plnb-Opener plnb-mod-link" onClick={() => actions.read(page.path)}>
                {page.title}
              </button>
              <p className="plnb-Quiet">{trans.__('%1 · %2', page.unit_title, whenWords(trans, page.at))}</p>
            </div>
          </li>
        ))}
        {(all ? notes : notes.slice(0, 3)).map(note => (
          <li key={`${note.kind} ${note.at} ${note.about} ${note.text}`}>
            <Icon name="letter" />
            <div>
              <p className="plnb-Said">{note.text}</p>
              <p className="plnb-Quiet">
                {[about[note.kind], note.about, whenWords(trans, note.at)].filter(Boolean).join(' · ')}
              </p>
            </div>
          </li>
        ))}
      </ul>
      {feedback.length > 3 || notes.length > 3 ? (
        <button type="button" className="plnb-Button plnb-mod-plain" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? trans.__('Show less') : trans.__('Show all')}
        </button>
      ) : null}
    </section>
  );
}
