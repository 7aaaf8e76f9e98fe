/** What every view of the overview draws with, and the small parts they share. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Icon, type IconName } from '../../panels/icons';
import type { Edit, Known, Overview, Remark, Span, Stop } from '../../schema';
import type { OverviewModel } from './model';
import { stops } from './places';

export type View = 'map' | 'coverage' | 'standards' | 'ways' | 'findings';

/** What is drawn, for every part of the overview. */
export interface IOverview {
  readonly model: OverviewModel;
  readonly course: Overview;
  readonly remarks: readonly Remark[] | null;
  readonly trans: TranslationBundle;
  /** Carry out an edit, and say what came of it. */
  readonly edit: (edit: Edit, said: string) => Promise<boolean>;
  /** Say what came of something, to eyes and ears. */
  readonly say: (said: string) => void;
  /** Open a file, at a cell where one is given. */
  readonly open: (path: string, cell: number | null) => void;
  /** Show a step on the map, ready to be changed. */
  readonly show: (step: string) => void;
  /** The step that is open on the map; empty where none is. */
  readonly shown: string;
  readonly setShown: (step: string) => void;
}

export const OverviewContext = React.createContext<IOverview | null>(null);

export function useOverview(): IOverview {
  const found = React.useContext(OverviewContext);
  if (!found) {
    throw new Error('Parts of the overview are drawn inside it.');
  }
  return found;
}

/** A button with its words; `name` says more to who does not see what is beside it. */
export function Button({
  icon,
  label,
  name,
  strong = false,
  disabled = false,
  onClick
}: {
  icon?: IconName;
  label: string;
  name?: string;
  strong?: boolean;
  disabled?: boolean;
  onClick: () => unknown;
}): React.JSX.Element {
  return (
    <button
      type="button"
      className={strong ? 'plnb-Button plnb-mod-strong' : 'plnb-Button'}
      aria-label={name}
      disabled={disabled}
      onClick={() => void onClick()}
    >
      {icon ? <Icon name={icon} /> : null}
      {label}
    </button>
  );
}

/** A number as people write it. */
export function number(value: number): string {
  return new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 }).format(value);
}

/** Minutes, as hours where they are many. */
export function time(trans: TranslationBundle, minutes: number): string {
  return minutes >= 120 ? trans.__('%1 h', number(Math.round(minutes / 6) / 10)) : trans.__('%1 min', number(Math.round(minutes)));
}

/** Minutes from the least to the most. */
export function timeSpan(trans: TranslationBundle, { least, most }: Span): string {
  return least === most ? time(trans, least) : trans.__('%1 to %2', time(trans, least), time(trans, most));
}

/** Points from the least to the most. */
export function pointSpan(trans: TranslationBundle, { least, most }: Span): string {
  return least === most ? points(trans, least) : trans.__('%1 to %2 points', number(least), number(most));
}

export function points(trans: TranslationBundle, value: number): string {
  return value === 1 ? trans.__('1 point') : trans.__('%1 points', number(value));
}

/** How many suggestions a field shows: a framework may have thousands of standards. */
const SHOWN = 40;

/** A field that takes one of the things known, found by its name or its title. */
export function Chooser({
  label,
  known,
  value,
  onChoose
}: {
  label: string;
  known: readonly Known[];
  value: string;
  onChoose: (ref: string) => void;
}): React.JSX.Element {
  const id = React.useId();
  const [text, setText] = React.useState(value);
  React.useEffect(() => setText(value), [value]);
  const wanted = text.trim().toLowerCase();
  const found = known.filter(each => `${each.ref} ${each.title}`.toLowerCase().includes(wanted)).slice(0, SHOWN);
  const take = (typed: string): void => {
    setText(typed);
    if (known.some(each => each.ref === typed)) {
      onChoose(typed);
    }
  };
  return (
    <>
      <input aria-label={label} list={id} value={text} placeholder={label} onChange={event => take(event.target.value)} />
      <datalist id={id}>
        {found.map(each => (
          <option key={each.ref} value={each.ref}>
            {each.title}
          </option>
        ))}
      </datalist>
    </>
  );
}

/** A field that keeps what is typed when it is left, or at the Enter key; Escape puts back what was there. */
export function Field({
  label,
  value,
  type = 'text',
  onKeep
}: {
  label: string;
  value: string;
  type?: 'text' | 'number';
  onKeep: (text: string) => void;
}): React.JSX.Element {
  const [text, setText] = React.useState(value);
  React.useEffect(() => setText(value), [value]);
  const keep = (): void => {
    if (text.trim() !== value) {
      onKeep(text.trim());
    }
  };
  return (
    <label className={type === 'number' ? 'plnb-mod-short' : ''}>
      <span>{label}</span>
      <input
        type={type}
        min={type === 'number' ? 1 : undefined}
        step={type === 'number' ? 'any' : undefined}
        value={text}
        onChange={event => setText(event.target.value)}
        onBlur={keep}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            event.preventDefault();
            keep();
          } else if (event.key === 'Escape') {
            setText(value);
          }
        }}
      />
    </label>
  );
}

/** Every activity, by id. */
export function stopsById(course: Overview): Map<string, Stop> {
  return new Map(stops(course).map(stop => [stop.id, stop]));
}
