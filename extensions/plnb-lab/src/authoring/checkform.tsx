/** What a check can say to a student: a ladder of hints, and sentences for known misconceptions. */
import * as React from 'react';

import { Icon } from '../panels/icons';
import type { Misconception } from '../schema';
import { useAuthor } from './context';
import { type ICell, metaOf, setFields } from './facts';
import { TextField } from './fields';

export function CheckForm({ cell }: { cell: ICell }): React.JSX.Element {
  return (
    <>
      <Hints cell={cell} />
      <Misconceptions cell={cell} />
    </>
  );
}

/** A list with its own end: what was added last gets the focus. */
function useAdding(count: number): [React.RefObject<HTMLOListElement>, () => void] {
  const list = React.useRef<HTMLOListElement>(null);
  const adding = React.useRef(false);
  React.useEffect(() => {
    if (adding.current) {
      adding.current = false;
      list.current?.lastElementChild?.querySelector<HTMLElement>('textarea, input')?.focus();
    }
  }, [count]);
  return [
    list,
    () => {
      adding.current = true;
    }
  ];
}

function Hints({ cell }: { cell: ICell }): React.JSX.Element {
  const { model, trans } = useAuthor();
  const meta = metaOf(cell);
  const hints = meta && 'hints' in meta ? (meta.hints ?? []) : [];
  const [list, adding] = useAdding(hints.length);
  const keep = (next: readonly string[]): void => model.apply(setFields([cell], { hints: next }));
  return (
    <section aria-labelledby="plnb-author-hints">
      <h3 id="plnb-author-hints">{trans.__('Hints')}</h3>
      <p className="plnb-Quiet">{trans.__('First a nudge, then a step, at last an example with other numbers. Each is shown only when it is asked for.')}</p>
      <ol className="plnb-List" ref={list}>
        {hints.map((hint, at) => (
          <li key={at}>
            <TextField lines={2} label={trans.__('Hint %1', at + 1)} value={hint} onKeep={text => keep(hints.map((old, place) => (place === at ? text : old)))} />
            <Tools at={at} count={hints.length} what={trans.__('hint %1', at + 1)} onMove={by => keep(moved(hints, at, by))} onRemove={() => keep(hints.filter((_, place) => place !== at))} />
          </li>
        ))}
      </ol>
      <button
        type="button"
        className="plnb-Button"
        onClick={() => {
          adding();
          keep([...hints, '']);
        }}
      >
        <Icon name="plus" />
        {trans.__('Add a hint')}
      </button>
    </section>
  );
}

function Misconceptions({ cell }: { cell: ICell }): React.JSX.Element {
  const { model, trans } = useAuthor();
  const meta = metaOf(cell);
  const all: readonly Misconception[] = meta && 'misconceptions' in meta ? (meta.misconceptions ?? []) : [];
  const [list, adding] = useAdding(all.length);
  const keep = (next: readonly Misconception[]): void => model.apply(setFields([cell], { misconceptions: next }));
  const set = (at: number, change: Partial<Misconception>): void => keep(all.map((old, place) => (place === at ? { ...old, ...change } : old)));
  return (
    <section aria-labelledby="plnb-author-wrong">
      <h3 id="plnb-author-wrong">{trans.__('Misconceptions')}</h3>
      <ol className="plnb-List" ref={list}>
        {all.map((each, at) => (
          <li key={at}>
            <TextField
              label={trans.__('When this is true (Python)')}
              placeholder="answer == 24"
              value={each.when}
              onKeep={when => set(at, { when })}
            />
            <TextField lines={2} label={trans.__('say')} value={each.say} onKeep={say => set(at, { say })} />
            <Tools at={at} count={all.length} what={trans.__('misconception %1', at + 1)} onMove={by => keep(moved(all, at, by))} onRemove={() => keep(all.filter((_, place) => place !== at))} />
          </li>
        ))}
      </ol>
      <button
        type="button"
        className="plnb-Button"
        onClick={() => {
          adding();
          keep([...all, { when: '', say: '' }]);
        }}
      >
        <Icon name="plus" />
        {trans.__('Add a misconception')}
      </button>
    </section>
  );
}

interface ITools {
  readonly at: number;
  readonly count: number;
  readonly what: string;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}

/** Up, down and away, for one entry of a list. */
export function Tools({ at, count, what, onMove, onRemove }: ITools): React.JSX.Element {
  const { trans } = useAuthor();
  return (
    <div className="plnb-Tools">
      <button type="button" className="plnb-Button plnb-mod-plain" disabled={at === 0} aria-label={trans.__('Move %1 up', what)} onClick={() => onMove(-1)}>
        <Icon name="down" className="plnb-mod-up" />
      </button>
      <button type="button" className="plnb-Button plnb-mod-plain" disabled={at === count - 1} aria-label={trans.__('Move %1 down', what)} onClick={() => onMove(1)}>
        <Icon name="down" />
      </button>
      <button type="button" className="plnb-Button plnb-mod-plain" aria-label={trans.__('Delete %1', what)} onClick={onRemove}>
        <Icon name="bin" />
      </button>
    </div>
  );
}

export function moved<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const next = [...list];
  next.splice(at + by, 0, ...next.splice(at, 1));
  return next;
}
