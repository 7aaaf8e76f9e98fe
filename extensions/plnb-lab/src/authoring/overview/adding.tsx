/** Small forms that add a unit, an activity, a choice or an option: a title is enough, names of files are made from it. */
import * as React from 'react';

import type { Edit, NewOption, Split } from '../../schema';
import { nameFrom, stops } from './places';
import { Button, useOverview } from './shared';

/** A button that opens a form of a few titles. */
function Adding({
  label,
  titles,
  make
}: {
  label: string;
  titles: readonly string[];
  make: (titles: readonly string[]) => { edit: Edit; said: string };
}): React.JSX.Element {
  const { trans, edit } = useOverview();
  const [open, setOpen] = React.useState(false);
  const [texts, setTexts] = React.useState<readonly string[]>(titles.map(() => ''));
  const first = React.useRef<HTMLInputElement>(null);
  const opener = React.useRef<HTMLButtonElement>(null);
  React.useEffect(() => {
    if (open) {
      first.current?.focus();
    }
  }, [open]);
  const close = (): void => {
    setOpen(false);
    setTexts(titles.map(() => ''));
    opener.current?.focus();
  };
  const whole = texts.every(text => text.trim());
  const add = async (event: React.FormEvent): Promise<void> => {
    event.preventDefault();
    const wanted = make(texts.map(text => text.trim()));
    if (whole && (await edit(wanted.edit, wanted.said))) {
      close();
    }
  };
  return (
    <div className="plnb-Adding">
      <button ref={opener} type="button" className="plnb-Button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {label}
      </button>
      {open ? (
        <form onSubmit={event => void add(event)} onKeyDown={event => event.key === 'Escape' && close()}>
          {titles.map((title, index) => (
            <label key={title}>
              <span>{title}</span>
              <input
                ref={index === 0 ? first : undefined}
                value={texts[index]}
                onChange={event => setTexts(texts.map((text, at) => (at === index ? event.target.value : text)))}
              />
            </label>
          ))}
          <div className="plnb-Tools">
            <button type="submit" className="plnb-Button plnb-mod-strong" disabled={!whole}>
              {trans.__('Add')}
            </button>
            <Button label={trans.__('Cancel')} onClick={close} />
          </div>
        </form>
      ) : null}
    </div>
  );
}

function useTaken(): Set<string> {
  const { course } = useOverview();
  return new Set([
    ...stops(course).map(stop => stop.id),
    ...course.units.flatMap(unit => [unit.id, ...unit.nodes.map(node => node.id)]),
    ...course.options.map(option => option.ref.split('/')[0] ?? '')
  ]);
}

export function AddUnitForm(): React.JSX.Element {
  const { trans } = useOverview();
  const taken = useTaken();
  return (
    <Adding
      label={trans.__('Add a unit')}
      titles={[trans.__('Title of the unit')]}
      make={([title = '']) => ({
        edit: { kind: 'add_unit', unit: nameFrom(title, taken), title },
        said: trans.__('Added the unit “%1”.', title)
      })}
    />
  );
}

export function AddActivityForm({ unit, option }: { unit: string; option: string | null }): React.JSX.Element {
  const { trans } = useOverview();
  const taken = useTaken();
  return (
    <Adding
      label={trans.__('Add an activity')}
      titles={[trans.__('Title of the activity')]}
      make={([title = '']) => ({
        edit: {
          kind: 'add_activity',
          unit,
          option,
          title,
          notebook: nameFrom(title, taken),
          minutes: null,
          standards: [],
          optional: false
        },
        said: trans.__('Added “%1”, with a notebook to write it in.', title)
      })}
    />
  );
}

export function AddForkForm({ unit }: { unit: string }): React.JSX.Element {
  const { trans } = useOverview();
  const taken = useTaken();
  return (
    <Adding
      label={trans.__('Add a choice')}
      titles={[trans.__('Question to the student'), trans.__('First option'), trans.__('Second option')]}
      make={([prompt = '', one = '', two = '']) => {
        const fork = nameFrom(prompt, taken);
        const first = newOption(one, [], new Set([...taken, fork]));
        const second = newOption(two, [first.id], new Set([...taken, fork, first.notebook]));
        return { edit: { kind: 'add_fork', unit, fork, prompt, options: [first, second] }, said: trans.__('Added a choice.') };
      }}
    />
  );
}

export function AddOptionForm({ fork }: { fork: Split }): React.JSX.Element {
  const { trans } = useOverview();
  const taken = useTaken();
  const options = fork.ways.map(way => way.ref.split('/')[1] ?? '');
  return (
    <Adding
      label={trans.__('Add an option')}
      titles={[trans.__('Title of the option')]}
      make={([title = '']) => ({
        edit: { kind: 'add_option', fork: fork.id, option: newOption(title, options, taken) },
        said: trans.__('Added the option “%1”.', title)
      })}
    />
  );
}

function newOption(title: string, options: readonly string[], taken: ReadonlySet<string>): NewOption {
  return { id: nameFrom(title, options), title, notebook: nameFrom(title, taken) };
}
