/** What only one role has: a fork's ways, a gate's condition, a reflection's question, an answer's form. */
import * as React from 'react';

import { Icon } from '../panels/icons';
import type { CellMeta, ForkCell, Format, OptionAsWritten, ReflectCell, ResponseCell, VaryCell, Widget } from '../schema';
import { formatWord } from '../words';
import { moved, Tools } from './checkform';
import { useAuthor } from './context';
import { freeName, type ICell, metaOf, rename, setFields } from './facts';
import { ChoiceField, TextField } from './fields';
import { GateForm } from './gateform';

const FORMATS: readonly Format[] = ['text', 'visual', 'data', 'story', 'code', 'hands_on'];
const WIDGETS: readonly Widget[] = ['choice', 'multiple', 'number', 'text', 'ordering'];

export function RoleForm({ cell, meta }: { cell: ICell; meta: CellMeta }): React.JSX.Element | null {
  switch (meta.role) {
    case 'fork':
      return <ForkForm cell={cell} meta={meta} />;
    case 'gate':
      return <GateForm cell={cell} meta={meta} />;
    case 'reflect':
    case 'goal':
      return <ReflectForm cell={cell} meta={meta} />;
    case 'response':
      return <ResponseForm cell={cell} meta={meta} />;
    case 'vary':
      return <VaryForm cell={cell} meta={meta} />;
    default:
      return null;
  }
}

/** An id of ours: unique in the course. Renaming a fork takes its branches along. */
export function IdField({ cell, id }: { cell: ICell; id: string }): React.JSX.Element {
  const { model, trans, view } = useAuthor();
  const others = new Set([
    ...view.taken,
    ...model.cells.flatMap(each => {
      const meta = each.id === cell.id ? null : metaOf(each);
      return meta && 'id' in meta ? [meta.id] : [];
    })
  ]);
  return (
    <TextField
      label={trans.__('Name in the course')}
      value={id}
      wrong={text =>
        !/^[A-Za-z0-9_-]{1,64}$/.test(text)
          ? trans.__('Letters, digits, - and _ only.')
          : others.has(text)
            ? trans.__('Something else in the course has this name.')
            : ''
      }
      onKeep={name => model.apply(rename(model.cells, cell.id, name))}
    />
  );
}

function ForkForm({ cell, meta }: { cell: ICell; meta: ForkCell }): React.JSX.Element {
  const { model, trans } = useAuthor();
  const { options } = meta;
  const set = (fields: Partial<ForkCell>): void => model.apply(setFields([cell], fields));
  const change = (at: number, fields: Partial<OptionAsWritten>): void =>
    set({ options: options.map((old, place) => (place === at ? said({ ...old, ...fields }) : old)) });
  const add = (): void => {
    const id = freeName(`way_${options.length + 1}`, new Set(options.map(each => each.id)));
    set({ options: [...options, { id, title: trans.__('Another way') }] });
  };
  return (
    <section aria-labelledby="plnb-author-fork">
      <h3 id="plnb-author-fork">{trans.__('The choice')}</h3>
      <TextField label={trans.__('Question')} value={meta.prompt} onKeep={prompt => set({ prompt })} wrong={text => (text.trim() ? '' : trans.__('Ask something.'))} />
      <div className="plnb-Pair">
        <IdField cell={cell} id={meta.id} />
        <TextField
          type="number"
          label={trans.__('Ways to take')}
          value={String(meta.pick ?? 1)}
          wrong={text => (/^[1-9]\d*$/.test(text) ? '' : trans.__('1 or more.'))}
          onKeep={text => set({ pick: Number(text) })}
        />
      </div>
      <ol className="plnb-List">
        {options.map((option, at) => (
          <li key={option.id}>
            <TextField label={trans.__('Way %1', at + 1)} value={option.title} onKeep={title => change(at, { title })} wrong={text => (text.trim() ? '' : trans.__('Give it a title.'))} />
            <TextField lines={2} label={trans.__('What it is like')} value={option.about ?? ''} onKeep={about => change(at, { about })} />
            <div className="plnb-Pair">
              <TextField
                type="number"
                label={trans.__('Minutes')}
                value={option.minutes ? String(option.minutes) : ''}
                wrong={text => (text === '' || Number(text) > 0 ? '' : trans.__('A number above 0.'))}
                onKeep={text => change(at, { minutes: text ? Number(text) : null })}
              />
              <ChoiceField
                label={trans.__('Form')}
                value={option.format ?? ''}
                mixed=""
                options={[{ value: '', label: trans.__('any') }, ...FORMATS.map(format => ({ value: format as string, label: formatWord(trans, format) }))]}
                onChange={format => change(at, { format: (format || null) as Format | null })}
              />
            </div>
            <Tools
              at={at}
              count={options.length}
              what={trans.__('way %1', at + 1)}
              onMove={by => set({ options: moved(options, at, by) })}
              onRemove={() => options.length > 1 && set({ options: options.filter((_, place) => place !== at) })}
            />
          </li>
        ))}
      </ol>
      <button type="button" className="plnb-Button" onClick={add}>
        <Icon name="plus" />
        {trans.__('Add a way')}
      </button>
      <p className="plnb-Quiet">{trans.__('Put the cells of a way below this one, select them, and choose the way under “Shown”.')}</p>
    </section>
  );
}

/** Without the keys that say nothing. */
function said(option: OptionAsWritten): OptionAsWritten {
  return Object.fromEntries(Object.entries(option).filter(([, value]) => value !== null && value !== '' && value !== undefined)) as unknown as OptionAsWritten;
}

function ReflectForm({ cell, meta }: { cell: ICell; meta: ReflectCell }): React.JSX.Element {
  const { model, trans } = useAuthor();
  return (
    <section>
      <TextField lines={2} label={trans.__('Question')} value={meta.prompt ?? ''} onKeep={prompt => model.apply(setFields([cell], { prompt }))} />
      <IdField cell={cell} id={meta.id} />
    </section>
  );
}

function ResponseForm({ cell, meta }: { cell: ICell; meta: ResponseCell }): React.JSX.Element {
  const { model, trans } = useAuthor();
  const set = (fields: Partial<ResponseCell>): void => model.apply(setFields([cell], fields));
  const words: Readonly<Record<Widget, string>> = {
    choice: trans.__('Choose one'),
    multiple: trans.__('Choose several'),
    number: trans.__('A number'),
    text: trans.__('A short text'),
    ordering: trans.__('Put in order')
  };
  return (
    <section aria-labelledby="plnb-author-form">
      <h3 id="plnb-author-form">{trans.__('The form')}</h3>
      <div className="plnb-Pair">
        <ChoiceField label={trans.__('Kind')} value={meta.widget} mixed="" options={WIDGETS.map(value => ({ value, label: words[value] }))} onChange={widget => set({ widget })} />
        <TextField
          label={trans.__('Python name')}
          value={meta.name}
          wrong={text => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? '' : trans.__('A name such as answer_1.'))}
          onKeep={name => set({ name })}
          help={trans.__('The form writes the answer into this name. Rename it in the code, too.')}
        />
      </div>
      <TextField lines={2} label={trans.__('Question')} value={meta.prompt ?? ''} onKeep={prompt => set({ prompt })} />
      {meta.widget === 'number' ? <TextField label={trans.__('Unit')} value={meta.unit ?? ''} onKeep={unit => set({ unit })} /> : null}
      {['choice', 'multiple', 'ordering'].includes(meta.widget) ? (
        <TextField
          lines={4}
          label={trans.__('What there is to choose, one on a line')}
          value={(meta.options ?? []).join('\n')}
          onKeep={text => set({ options: text.split('\n').map(line => line.trim()).filter(Boolean) })}
        />
      ) : null}
    </section>
  );
}

function VaryForm({ cell, meta }: { cell: ICell; meta: VaryCell }): React.JSX.Element {
  const { model, trans } = useAuthor();
  const set = (fields: Partial<VaryCell>): void => model.apply(setFields([cell], fields));
  return (
    <section aria-labelledby="plnb-author-vary">
      <h3 id="plnb-author-vary">{trans.__('The numbers')}</h3>
      <div className="plnb-Pair">
        <TextField
          label={trans.__('Python name')}
          value={meta.name}
          wrong={text => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text) ? '' : trans.__('A name such as variant.'))}
          onKeep={name => set({ name })}
          help={trans.__('The cell sets it to 1 on a line of its own. Rename it in the code, too.')}
        />
        <TextField
          type="number"
          label={trans.__('Variants')}
          value={String(meta.variants ?? 20)}
          wrong={text => (/^[1-9]\d*$/.test(text) && Number(text) >= 2 && Number(text) <= 1000 ? '' : trans.__('2 to 1000.'))}
          onKeep={text => set({ variants: Number(text) })}
        />
      </div>
      <p className="plnb-Quiet">{trans.__('Who has tried the question below can ask for it with other numbers. Make its numbers here from this one.')}</p>
    </section>
  );
}
