/** The course's own standards, and what each is aligned to in a published list; one that is chosen opens in its place. */
import * as React from 'react';

import { Icon } from '../../panels/icons';
import type { Aligning, Alignments, AlignedTo, OwnStandard } from '../../schema';
import { AlignForm } from './aligning';
import { Button, useOverview } from './shared';

/** How many standards are drawn at once. */
const SHOWN = 100;

/** Says to the server what one standard is to another; resolves to whether it was kept. */
export type Align = (wanted: Omit<Aligning, 'path' | 'own'>, said: string) => Promise<boolean>;

export function Standards(): React.JSX.Element {
  const { model, course, trans, say } = useOverview();
  const [own, setOwn] = React.useState('');
  const [view, setView] = React.useState<Alignments | null>(null);
  const [open, setOpen] = React.useState('');
  const [missing, setMissing] = React.useState(false);
  const [all, setAll] = React.useState(false);
  // The course is another one whenever a file of it was saved: a published list put into its folder, too.
  React.useEffect(() => {
    let late = false;
    void model.ask(api => api.standards(model.path, own)).then(found => {
      if (found && !late) {
        setView(found);
      }
    });
    return () => {
      late = true;
    };
  }, [model, course, own]);
  if (!view) {
    return <p className="plnb-Quiet">{model.problem ? '' : trans.__('Reading the standards…')}</p>;
  }
  const align: Align = async (wanted, said) => {
    const after = await model.align({ ...wanted, own: view.own });
    if (after) {
      setView(after);
    }
    say(after ? said : '');
    return after !== null;
  };
  const lacking = view.standards.filter(each => !each.group && !each.aligned.length).length;
  const wanted = view.standards.filter(each => !missing || each.code === open || (!each.group && !each.aligned.length));
  return (
    <div>
      <p className="plnb-Quiet">
        {trans.__('Say which published standards yours are the same as, or related to. It is written into %1, and goes out with your list.', view.file)}
      </p>
      {view.published.length ? null : <NoList />}
      <div className="plnb-Own-tools">
        {view.lists.length > 1 ? (
          <label>
            <span>{trans.__('Your list')}</span>
            <select
              value={view.own}
              onChange={event => {
                setOwn(event.target.value);
                setOpen('');
              }}
            >
              {view.lists.map(each => (
                <option key={each.id} value={each.id}>
                  {each.title}
                </option>
              ))}
            </select>
          </label>
        ) : null}
        <label className="plnb-mod-tick">
          <input type="checkbox" checked={missing} onChange={event => setMissing(event.target.checked)} />
          <span>{trans.__('Only those that are not aligned yet (%1)', lacking)}</span>
        </label>
      </div>
      <ul className="plnb-Owns">
        {(all ? wanted : wanted.slice(0, SHOWN)).map(each => (
          <Row
            key={each.code}
            standard={each}
            view={view}
            isOpen={each.code === open}
            onOpen={() => setOpen(each.code === open ? '' : each.code)}
            align={align}
          />
        ))}
      </ul>
      {wanted.length > SHOWN && !all ? <Button label={trans.__('Show all %1', wanted.length)} onClick={() => setAll(true)} /> : null}
    </div>
  );
}

/** How a published list gets here, without a terminal. */
function NoList(): React.JSX.Element {
  const { course, trans } = useOverview();
  const folder = course.path ? `${course.path}/frameworks` : 'frameworks';
  return (
    <div className="plnb-Notice plnb-mod-calm">
      <Icon name="here" />
      <p>
        {trans.__(
          'There is no published list here yet: drag its file (CASE, .json) in the file browser into the folder %1. A table (.csv) is brought in with “plnb standards import”.',
          folder
        )}
      </p>
    </div>
  );
}

function Row({
  standard,
  view,
  isOpen,
  onOpen,
  align
}: {
  standard: OwnStandard;
  view: Alignments;
  isOpen: boolean;
  onOpen: () => void;
  align: Align;
}): React.JSX.Element {
  const { trans } = useOverview();
  const form = React.useId();
  const title = React.useRef<HTMLButtonElement>(null);
  const takeAway = async (each: AlignedTo): Promise<void> => {
    const wanted = { code: standard.code, framework: each.framework, other: each.code, relation: null };
    if (await align(wanted, trans.__('%1 is no longer %2 %3.', standard.code, each.words, each.code))) {
      // The button that was pressed is gone.
      title.current?.focus();
    }
  };
  return (
    <li className={isOpen ? 'plnb-Own plnb-mod-open' : 'plnb-Own'} data-plnb-standard={standard.code}>
      <p>
        <button ref={title} type="button" className="plnb-Title" aria-expanded={isOpen} aria-controls={isOpen ? form : undefined} onClick={onOpen}>
          {standard.code}
          {standard.title ? ` ${standard.title}` : ''}
        </button>
        {standard.group ? <span className="plnb-Tag">{trans.__('group')}</span> : null}
      </p>
      <p>{standard.statement}</p>
      {standard.aligned.length ? (
        <ul className="plnb-Own-aligned">
          {standard.aligned.map(each => (
            <li key={`${each.relation} ${each.framework} ${each.code}`}>
              <p>
                <Icon name="check" /> {trans.__('is %1', each.words)} <strong>{each.code}</strong> {trans.__('of %1', each.title)}
                {isOpen && each.statement ? <span className="plnb-Quiet"> {each.statement}</span> : null}
              </p>
              {isOpen ? (
                <Button
                  icon="bin"
                  label={trans.__('Take away')}
                  name={trans.__('Take away: %1 is %2 %3', standard.code, each.words, each.code)}
                  onClick={() => takeAway(each)}
                />
              ) : null}
            </li>
          ))}
        </ul>
      ) : standard.group ? null : (
        <p className="plnb-Own-none">{trans.__('Not aligned yet')}</p>
      )}
      {isOpen ? (
        <div id={form} role="group" aria-label={trans.__('Align %1', standard.code)}>
          {view.published.length ? (
            <AlignForm standard={standard} view={view} align={align} />
          ) : (
            <p className="plnb-Quiet">{trans.__('Once a published list is here, you can align this standard to it.')}</p>
          )}
        </div>
      ) : null}
    </li>
  );
}
