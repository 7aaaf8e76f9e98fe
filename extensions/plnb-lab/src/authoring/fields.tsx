/** Fields of the panel: what is typed is kept on a pause, and when the field is left; a choice at once. */
import * as React from 'react';

/** A pause this long keeps what is typed, in ms. */
const PAUSE = 700;

interface ITextField {
  readonly label: string;
  readonly value: string;
  readonly onKeep: (value: string) => void;
  readonly lines?: number;
  readonly placeholder?: string;
  readonly help?: string;
  readonly hidden?: boolean;
  readonly type?: 'text' | 'number';
  readonly disabled?: boolean;
  /** What is wrong with a value; nothing is kept while something is. */
  readonly wrong?: (value: string) => string;
}

export function TextField({ label, value, onKeep, lines, placeholder, help, hidden, type = 'text', disabled, wrong }: ITextField): React.JSX.Element {
  const id = React.useId();
  const [draft, setDraft] = React.useState(value);
  const state = React.useRef({ draft: value, kept: value, timer: 0, onKeep });
  state.current.onKeep = onKeep;
  React.useEffect(() => {
    // Undo, or another hand, changed it: what this field itself has kept comes back as it was sent.
    if (value !== state.current.kept) {
      state.current.kept = state.current.draft = value;
      setDraft(value);
    }
  }, [value]);
  const fault = wrong?.(draft) ?? '';
  const keep = (): void => {
    const now = state.current;
    window.clearTimeout(now.timer);
    if (now.draft !== now.kept && !(wrong?.(now.draft) ?? '')) {
      now.kept = now.draft;
      now.onKeep(now.draft);
    }
  };
  // What was typed last is kept also where the field goes away under the hands.
  const last = React.useRef(keep);
  last.current = keep;
  React.useEffect(() => () => last.current(), []);
  const props = {
    id,
    value: draft,
    placeholder,
    disabled,
    'aria-describedby': help || fault ? `${id}-help` : undefined,
    'aria-invalid': fault ? true : undefined,
    onBlur: keep,
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      setDraft(event.target.value);
      state.current.draft = event.target.value;
      window.clearTimeout(state.current.timer);
      state.current.timer = window.setTimeout(() => last.current(), PAUSE);
    }
  };
  return (
    <div className="plnb-Field">
      <label htmlFor={id} className={hidden ? 'plnb-mod-spoken' : ''}>
        {label}
      </label>
      {lines ? (
        <textarea rows={lines} {...props} />
      ) : (
        <input
          type={type}
          min={type === 'number' ? 0 : undefined}
          step={type === 'number' ? 'any' : undefined}
          {...props}
          onKeyDown={event => event.key === 'Enter' && keep()}
        />
      )}
      {help || fault ? (
        <p id={`${id}-help`} className={fault ? 'plnb-Fault' : 'plnb-Quiet'}>
          {fault || help}
        </p>
      ) : null}
    </div>
  );
}

interface IChoiceField<T extends string> {
  readonly label: string;
  readonly value: T | undefined;
  readonly options: readonly { value: T; label: string }[];
  readonly onChange: (value: T) => void;
  /** What to say where the chosen cells differ. */
  readonly mixed: string;
  readonly disabled?: boolean;
}

export function ChoiceField<T extends string>({ label, value, options, onChange, mixed, disabled }: IChoiceField<T>): React.JSX.Element {
  const id = React.useId();
  return (
    <div className="plnb-Field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value ?? '?'} disabled={disabled} onChange={event => onChange(event.target.value as T)}>
        {value === undefined ? (
          <option value="?" disabled>
            {mixed}
          </option>
        ) : null}
        {options.map(each => (
          <option key={each.value} value={each.value}>
            {each.label}
          </option>
        ))}
      </select>
    </div>
  );
}

export function CheckField({ label, value, onChange }: { label: string; value: boolean; onChange: (value: boolean) => void }): React.JSX.Element {
  return (
    <label className="plnb-Tick">
      <input type="checkbox" checked={value} onChange={event => onChange(event.target.checked)} />
      {label}
    </label>
  );
}
