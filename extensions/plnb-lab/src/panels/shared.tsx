/** What every view of the panel draws with: the model's values, the words, what can be done, and the small parts they share. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { ISpot } from '../route';
import type { CourseView, Format, Level, NewRecord, Profile, StepState, StudentView, Verdict } from '../schema';
import type { IStudentModel } from '../tokens';
import { formatWord, levelWord, minutesWords, stateWord, verdictWord } from '../words';
import { Icon, type IconName } from './icons';

/** What a student can do from the panel. */
export interface IActions {
  /** Open a notebook, at a place in it where one is named. */
  open(spot: ISpot): void;
  /** Open a page that came back. */
  read(path: string): void;
  /** Keep what happened in the unit at `path`. */
  record(path: string, record: NewRecord): Promise<boolean>;
  forget(id: string): Promise<boolean>;
  saveProfile(profile: Profile): Promise<boolean>;
  /** Save the unit's open notebooks, then hand it in. Gives back what to tell the student. */
  handIn(unit: string): Promise<ITold>;
  /** Fetch what came back. Gives back what to tell the student. */
  fetch(): Promise<ITold>;
}

/** What came of something, for the student. */
export interface ITold {
  readonly done: boolean;
  readonly text: string;
  /** What to do now; empty where nothing is left to do. */
  readonly mend: string;
}

/** What is drawn, for every part of the panel. */
export interface IPanel {
  readonly model: IStudentModel;
  readonly course: CourseView;
  readonly view: StudentView;
  readonly trans: TranslationBundle;
  readonly actions: IActions;
  /** Say something to who cannot see it happen. */
  readonly say: (text: string) => void;
}

export const PanelContext = React.createContext<IPanel | null>(null);

export function usePanel(): IPanel {
  const panel = React.useContext(PanelContext);
  if (!panel) {
    throw new Error('Parts of the panel are drawn inside it.');
  }
  return panel;
}

const STATE_ICONS: Record<StepState, IconName> = { done: 'check', ready: 'start', recommended: 'star', optional: 'plus', locked: 'lock' };

export function stateIcon(state: StepState): IconName {
  return STATE_ICONS[state];
}

/** A state: icon, word and colour. */
export function State({ state }: { state: StepState }): React.JSX.Element {
  const { trans } = usePanel();
  return (
    <span className="plnb-State" data-plnb-state={state}>
      <Icon name={stateIcon(state)} />
      {stateWord(trans, state)}
    </span>
  );
}

const LEVELS: readonly Level[] = ['not_started', 'attempted', 'familiar', 'proficient', 'mastered'];

/** A level: four bars, as many filled as steps are climbed, and the word. */
export function LevelMark({ level }: { level: Level }): React.JSX.Element {
  const { trans } = usePanel();
  return (
    <span className="plnb-Level" data-plnb-level={level}>
      <span className="plnb-Level-bars" aria-hidden="true">
        {LEVELS.slice(1).map((each, number) => (
          <span key={each} className={number < LEVELS.indexOf(level) ? 'plnb-mod-filled' : ''} />
        ))}
      </span>
      {levelWord(trans, level)}
    </span>
  );
}

const VERDICT_ICONS: Record<Verdict, IconName> = {
  passed: 'check',
  partial: 'half',
  failed: 'no',
  waiting: 'clock',
  timed_out: 'clock',
  crashed: 'mend',
  our_fault: 'mend',
  not_attempted: 'dot',
  not_on_path: 'dot'
};

export function VerdictMark({ verdict }: { verdict: Verdict }): React.JSX.Element {
  const { trans } = usePanel();
  return (
    <span className="plnb-Verdict" data-plnb-verdict={verdict}>
      <Icon name={VERDICT_ICONS[verdict]} />
      {verdictWord(trans, verdict)}
    </span>
  );
}

/** Time and form, as small facts in a row. */
export function Facts({ minutes, format }: { minutes: number | null; format?: Format | null }): React.JSX.Element | null {
  const { trans } = usePanel();
  if (!minutes && !format) {
    return null;
  }
  return (
    <span className="plnb-Facts">
      {minutes ? (
        <span>
          <Icon name="clock" />
          {minutesWords(trans, minutes)}
        </span>
      ) : null}
      {format ? (
        <span>
          <Icon name={format} />
          {formatWord(trans, format)}
        </span>
      ) : null}
    </span>
  );
}

/** A title that opens a notebook, or says that it is not here. */
export function Opener({ spot, title, current = false }: { spot: ISpot | null; title: string; current?: boolean }): React.JSX.Element {
  const { actions } = usePanel();
  if (!spot?.path) {
    return <span className="plnb-Opener">{title}</span>;
  }
  return (
    <button type="button" className="plnb-Opener plnb-mod-link" aria-current={current ? 'step' : undefined} onClick={() => actions.open(spot)}>
      {title}
    </button>
  );
}

/** A button that asks once more before it takes something away; anything else than a second click lets it be. */
export function SureButton({
  label,
  sure,
  name,
  onClick
}: {
  label: string;
  sure: string;
  name: string;
  onClick: () => Promise<unknown>;
}): React.JSX.Element {
  const [armed, setArmed] = React.useState(false);
  const press = async (event: React.MouseEvent): Promise<void> => {
    if (!armed) {
      setArmed(true);
      return;
    }
    setArmed(false);
    const home = event.currentTarget.closest<HTMLElement>('[role=tabpanel]');
    await onClick();
    // What had the focus is gone: whoever works by keyboard goes on from here, not from the top of the page.
    home?.focus();
  };
  return (
    <button
      type="button"
      className={armed ? 'plnb-Button plnb-mod-warn' : 'plnb-Button plnb-mod-plain'}
      aria-label={armed ? `${sure} ${name}` : name}
      onBlur={() => setArmed(false)}
      onKeyDown={event => event.key === 'Escape' && setArmed(false)}
      onClick={event => void press(event)}
    >
      <Icon name="bin" />
      {armed ? sure : label}
    </button>
  );
}

/** A sentence that something does not work, and the mend. */
export function Notice({ text, mend, calm = false }: { text: string; mend: string; calm?: boolean }): React.JSX.Element {
  return (
    <div className={calm ? 'plnb-Notice plnb-mod-calm' : 'plnb-Notice'}>
      <Icon name={calm ? 'here' : 'mend'} />
      <p>
        <strong>{text}</strong> {mend}
      </p>
    </div>
  );
}

/** What holds for small print and empty places. */
export function Quiet({ children }: { children: React.ReactNode }): React.JSX.Element {
  return <p className="plnb-Quiet">{children}</p>;
}
