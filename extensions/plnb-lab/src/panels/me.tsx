/** “Me”: what the student tells of themselves, and what is kept of them. */
import * as React from 'react';

import type { Format, Profile } from '../schema';
import { formatWord, whenWords } from '../words';
import { Icon } from './icons';
import { Quiet, SureButton, usePanel } from './shared';

const FORMATS: readonly Format[] = ['text', 'visual', 'data', 'story', 'code', 'hands_on'];

export function Me(): React.JSX.Element {
  return (
    <>
      <AboutMe />
      <Kept />
    </>
  );
}

function AboutMe(): React.JSX.Element {
  const { trans, view, actions, say } = usePanel();
  // What is ticked shows at once, and is taken back where it could not be kept.
  const [profile, setProfile] = React.useState(view.profile);
  React.useEffect(() => setProfile(view.profile), [view.profile]);
  const [access, setAccess] = React.useState(profile.access.join('\n'));
  const save = async (change: Partial<Profile>): Promise<void> => {
    const changed = { ...profile, ...change };
    setProfile(changed);
    if (await actions.saveProfile(changed)) {
      say(trans.__('Saved.'));
    } else {
      setProfile(view.profile);
    }
  };
  const lines = access
    .split('\n')
    .map(line => line.trim())
    .filter(Boolean);
  return (
    <section aria-labelledby="plnb-me-title">
      <h2 id="plnb-me-title">{trans.__('About me')}</h2>
      <Quiet>{trans.__('All of this is up to you. It changes what is suggested first, never what counts.')}</Quiet>
      {view.interests.length ? (
        <Picks
          title={trans.__('I like')}
          picks={view.interests.map(interest => ({ value: interest, label: interest }))}
          taken={profile.interests}
          onChange={interests => void save({ interests })}
        />
      ) : null}
      <Picks
        title={trans.__('I like to meet new things in')}
        picks={FORMATS.map(format => ({ value: format, label: formatWord(trans, format), icon: format }))}
        taken={profile.formats}
        onChange={formats => void save({ formats })}
      />
      <form
        className="plnb-Form"
        onSubmit={event => {
          event.preventDefault();
          void save({ access: lines });
        }}
      >
        <label>
          {trans.__('What helps me to work well')}
          <textarea
            rows={2}
            value={access}
            disabled={!view.writable}
            placeholder={trans.__('For example: more time, large print, no flashing pictures')}
            onChange={event => setAccess(event.target.value)}
          />
        </label>
        {lines.join('\n') === view.profile.access.join('\n') ? null : (
          <button type="submit" className="plnb-Button plnb-mod-strong">
            {trans.__('Keep')}
          </button>
        )}
      </form>
    </section>
  );
}

function Picks<T extends string>({
  title,
  picks,
  taken,
  onChange
}: {
  title: string;
  picks: readonly { value: T; label: string; icon?: Format }[];
  taken: readonly T[];
  onChange: (taken: T[]) => void;
}): React.JSX.Element {
  const { view } = usePanel();
  return (
    <fieldset className="plnb-Picks">
      <legend>{title}</legend>
      {picks.map(({ value, label, icon }) => (
        <label key={value}>
          <input
            type="checkbox"
            checked={taken.includes(value)}
            disabled={!view.writable}
            onChange={event => onChange(event.target.checked ? [...taken, value] : taken.filter(each => each !== value))}
          />
          {icon ? <Icon name={icon} /> : null}
          {label}
        </label>
      ))}
    </fieldset>
  );
}

/** The student's own journal: theirs to read, and theirs to delete. */
function Kept(): React.JSX.Element {
  const { trans, view, actions, say } = usePanel();
  const remove = async (id: string): Promise<void> => {
    if (await actions.forget(id)) {
      say(trans.__('Deleted.'));
    }
  };
  return (
    <section aria-labelledby="plnb-kept-title">
      <h2 id="plnb-kept-title">{trans.__('What is kept of me')}</h2>
      <Quiet>{view.trust}</Quiet>
      {view.records.length ? (
        <details>
          <summary>{trans._n('One line in my journal', '%1 lines in my journal', view.records.length)}</summary>
          <ul className="plnb-Journal">
            {view.records.map(record => (
              <li key={record.id}>
                <div>
                  <p className="plnb-Said">{record.text}</p>
                  <p className="plnb-Quiet">{whenWords(trans, record.at)}</p>
                </div>
                {view.writable ? (
                  <SureButton label="" sure={trans.__('Really delete?')} name={trans.__('Delete: %1', record.text)} onClick={() => remove(record.id)} />
                ) : null}
              </li>
            ))}
          </ul>
        </details>
      ) : (
        <Quiet>{trans.__('Nothing yet.')}</Quiet>
      )}
    </section>
  );
}
