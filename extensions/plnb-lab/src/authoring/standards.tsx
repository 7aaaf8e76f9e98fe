/** The standards of the chosen cells: chips to take away, and a search by code or words that begins with what is used most. */
import * as React from 'react';

import { Icon } from '../panels/icons';
import type { StandardShown } from '../schema';
import { useAuthor } from './context';
import { addStandard, removeStandard, standardsOf } from './facts';

/** Favourites shown before anybody searches. */
const FIRST = 8;

export function Standards(): React.JSX.Element {
  const { model, trans, chosen, say } = useAuthor();
  const counts = new Map<string, number>();
  chosen.forEach(cell => standardsOf(cell).forEach(code => counts.set(code, 1 + (counts.get(code) ?? 0))));
  const remove = (code: string): void => {
    model.apply(removeStandard(chosen, code));
    say(trans.__('%1 taken away.', code));
  };
  return (
    <section aria-labelledby="plnb-author-standards">
      <h3 id="plnb-author-standards">{trans.__('Standards')}</h3>
      {counts.size ? (
        <ul className="plnb-Tags">
          {[...counts].map(([code, count]) => {
            const standard = model.standard(code);
            return (
              <li key={code} className={standard || !model.view ? 'plnb-Tag' : 'plnb-Tag plnb-mod-unknown'}>
                <div>
                  <strong>{code}</strong>
                  {count < chosen.length ? <span className="plnb-Quiet"> {trans.__('on %1 of %2', count, chosen.length)}</span> : null}
                  <p className="plnb-Quiet">{standard?.statement ?? ''}</p>
                </div>
                <button type="button" className="plnb-Button plnb-mod-plain" aria-label={trans.__('Take %1 away', code)} onClick={() => remove(code)}>
                  <Icon name="no" />
                </button>
              </li>
            );
          })}
        </ul>
      ) : null}
      <Search counts={counts} />
    </section>
  );
}

interface IOffer {
  readonly standard: StandardShown;
  readonly group: string;
}

function Search({ counts }: { counts: ReadonlyMap<string, number> }): React.JSX.Element {
  const { model, trans, view, chosen, say } = useAuthor();
  const id = React.useId();
  const [query, setQuery] = React.useState('');
  const [open, setOpen] = React.useState(false);
  const [at, setAt] = React.useState(0);
  const [found, setFound] = React.useState<{ query: string; total: number; standards: readonly StandardShown[] } | null>(null);
  const asked = query.trim();
  // Enter, pressed before the search has answered.
  const eager = React.useRef(false);

  React.useEffect(() => {
    if (!asked) {
      setFound(null);
      return undefined;
    }
    let late = false;
    const timer = window.setTimeout(() => {
      model.search(asked).then(
        answer => late || setFound(answer),
        () => late || setFound({ query: asked, total: 0, standards: [] })
      );
    }, 150);
    return () => {
      late = true;
      window.clearTimeout(timer);
    };
  }, [asked, model]);
  React.useEffect(() => setAt(0), [asked, found]);
  React.useEffect(() => {
    const [best] = found?.query === asked ? found.standards : [];
    if (best && eager.current) {
      take(best);
    }
    eager.current = eager.current && found?.query !== asked;
  }, [asked, found]);

  const offers: IOffer[] = React.useMemo(() => {
    if (asked) {
      return (found?.standards ?? []).map(standard => ({ standard, group: '' }));
    }
    const { recent } = model;
    const rest = view.standards.filter(each => !recent.some(other => other.code === each.code)).slice(0, FIRST);
    return [
      ...recent.map(standard => ({ standard, group: trans.__('Used just now') })),
      ...rest.map(standard => ({ standard, group: rest.some(each => each.uses) ? trans.__('Used most in this course') : trans.__('In this course’s lists') }))
    ];
  }, [asked, found, view, open]);

  const waiting = asked !== '' && found?.query !== asked;
  const take = (standard: StandardShown): void => {
    const all = (counts.get(standard.code) ?? 0) === chosen.length;
    model.used(standard);
    model.apply(all ? removeStandard(chosen, standard.code) : addStandard(chosen, standard.code));
    say(
      all
        ? trans.__('%1 taken away.', standard.code)
        : trans._n('%2 added to %1 cell.', '%2 added to %1 cells.', chosen.length, standard.code)
    );
    setQuery('');
    setOpen(false);
  };
  const onKey = (event: React.KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      setOpen(true);
      setAt(offers.length ? (at + (open ? step : 0) + offers.length) % offers.length : 0);
    } else if (event.key === 'Enter' && waiting) {
      eager.current = true;
    } else if (event.key === 'Enter' && open && offers[at]) {
      take(offers[at].standard);
    } else if (event.key === 'Escape' && open) {
      setOpen(false);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  React.useEffect(() => {
    document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: 'nearest' });
  }, [at, id]);
  return (
    <div className="plnb-Field plnb-Search" onBlur={event => event.currentTarget.contains(event.relatedTarget) || setOpen(false)}>
      <label htmlFor={id}>{trans.__('Add a standard, by its code or by words')}</label>
      <input
        id={id}
        type="text"
        role="combobox"
        autoComplete="off"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={open && offers[at] ? `${id}-${at}` : undefined}
        value={query}
        onFocus={() => setOpen(true)}
        onClick={() => setOpen(true)}
        onChange={event => {
          setQuery(event.target.value);
          setOpen(true);
        }}
        onKeyDown={onKey}
      />
      <ul id={`${id}-list`} role="listbox" aria-label={trans.__('Standards')} hidden={!open} className="plnb-Offers">
        {offers.map(({ standard, group }, place) => (
          <React.Fragment key={standard.code}>
            {group && group !== offers[place - 1]?.group ? (
              <li role="presentation" className="plnb-Offers-group">
                {group}
              </li>
            ) : null}
            <li
              id={`${id}-${place}`}
              role="option"
              aria-selected={place === at}
              // The field keeps the focus: its blur would close the list before the click arrives.
              onMouseDown={event => event.preventDefault()}
              onClick={() => take(standard)}
            >
              <span className="plnb-Offers-code">
                {(counts.get(standard.code) ?? 0) === chosen.length ? <Icon name="check" /> : null}
                {standard.code}
              </span>{' '}
              <span>{standard.statement}</span>
            </li>
          </React.Fragment>
        ))}
        {asked && !waiting && !offers.length ? (
          <li role="presentation" className="plnb-Quiet">
            {trans.__('No standard of this course’s lists says that. Try a shorter word, or part of a code.')}
          </li>
        ) : null}
        {found && !waiting && found.total > offers.length ? (
          <li role="presentation" className="plnb-Quiet">
            {trans.__('The best %1 of %2. Another word narrows it down.', offers.length, found.total)}
          </li>
        ) : null}
      </ul>
    </div>
  );
}
