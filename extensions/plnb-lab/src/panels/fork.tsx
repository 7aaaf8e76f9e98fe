/** A choice between activities: its ways side by side, each with what it is, and a button to take it. */
import * as React from 'react';

import type { ISplit, IWay } from '../route';
import { Icon } from './icons';
import { Facts, usePanel } from './shared';

/** The ways of a fork. `compact` leaves out what lies on each; `children` draws it. */
export function Ways({
  split,
  folder,
  compact = false,
  children
}: {
  split: ISplit;
  folder: string;
  compact?: boolean;
  children?: (way: IWay) => React.ReactNode;
}): React.JSX.Element {
  const { trans, actions, say, view } = usePanel();
  const { fork, ways, step } = split;
  const taken = ways.filter(way => way.chosen).map(way => way.option.id);
  const pick = Math.min(fork.pick, ways.length);

  const toggle = async (way: IWay): Promise<void> => {
    const id = way.option.id;
    const others = taken.filter(each => each !== id);
    // Taking one more than may be taken lets go of the one taken first.
    const options = way.chosen ? others : [...others, id].slice(-pick);
    if (await actions.record(folder, { kind: 'choice_made', fork: fork.id, options })) {
      say(way.chosen ? trans.__('You took back: %1.', way.option.title) : trans.__('You chose: %1.', way.option.title));
    }
  };

  return (
    <ul className="plnb-Ways" data-plnb-decided={taken.length >= pick ? 'yes' : 'no'}>
      {ways.map(way => (
        <li key={way.option.id} className={way.chosen ? 'plnb-Way plnb-mod-chosen' : 'plnb-Way'}>
          <div className="plnb-Way-head">
            <span className="plnb-Way-title">{way.option.title}</span>
            {way.suggested && !way.chosen ? (
              <span className="plnb-Chip plnb-mod-suggested">
                <Icon name="star" />
                {trans.__('Fits you')}
              </span>
            ) : null}
          </div>
          {way.option.about && (compact || !way.chosen) ? <p className="plnb-Way-about">{way.option.about}</p> : null}
          <div className="plnb-Row">
            <Facts minutes={way.option.minutes} format={way.option.format} />
            {folder && view.writable && step.state !== 'locked' ? (
              <button
                type="button"
                className={way.chosen ? 'plnb-Button plnb-mod-chosen' : 'plnb-Button'}
                aria-pressed={way.chosen}
                aria-label={trans.__('Choose: %1', way.option.title)}
                onClick={() => void toggle(way)}
              >
                {way.chosen ? (
                  <>
                    <Icon name="check" />
                    {trans.__('Your choice')}
                  </>
                ) : taken.length >= pick ? (
                  trans.__('Choose this instead')
                ) : (
                  trans.__('Choose this')
                )}
              </button>
            ) : null}
          </div>
          {children?.(way)}
        </li>
      ))}
    </ul>
  );
}
