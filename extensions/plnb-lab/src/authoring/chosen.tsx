/** The form for the chosen cells: role, nbgrader's type, points, standards, time and branch; and what only one cell can have. */
import * as React from 'react';

import { useAuthor } from './context';
import {
  branchesFor,
  type CellType,
  CHECK_ROLES,
  common,
  gradeIdOf,
  isGraded,
  type Kind,
  kindOf,
  kindsFor,
  metaOf,
  pointsOf,
  type Role,
  roleOf,
  rolesFor,
  setFields,
  setGrader,
  setKind,
  setRole
} from './facts';
import { ChoiceField, TextField } from './fields';
import { CheckForm } from './checkform';
import { RoleForm } from './roleforms';
import { Standards } from './standards';
import { kindWord, roleWord } from './words';

/** Roles that need words of their own in every cell. */
const SINGLE: readonly Role[] = ['fork', 'gate', 'reflect', 'goal', 'response', 'vary'];

export function Chosen(): React.JSX.Element {
  const { model, trans, chosen } = useAuthor();
  const [first] = chosen;
  if (!first) {
    return <p className="plnb-Quiet">{trans.__('Click a cell, and say here what it is for.')}</p>;
  }
  const meta = chosen.length === 1 ? metaOf(first) : null;
  const broken = chosen.filter(cell => cell.plnb !== undefined && !metaOf(cell)).length;
  const inCommon = <T extends string>(of: (type: CellType) => readonly T[]): T[] =>
    of(first.type).filter(each => chosen.every(cell => of(cell.type).includes(each)));
  const roles = inCommon(rolesFor).filter(role => chosen.length === 1 || !SINGLE.includes(role) || common(chosen, roleOf) === role);
  const minutes = common(chosen, cell => metaOf(cell)?.minutes ?? null);
  const mixed = trans.__('(different)');
  const key = chosen.length > 3 ? `${chosen.length} ${first.id}` : chosen.map(cell => cell.id).join(' ');
  return (
    <section aria-labelledby="plnb-author-cell" className="plnb-Chosen">
      <Scope />
      {broken ? (
        <p className="plnb-Fault">
          {trans.__('What this cell says of itself cannot be read. Choosing a role writes it anew; the list below says what is wrong with it.')}
        </p>
      ) : null}
      <div className="plnb-Pair">
        <ChoiceField
          label={trans.__('Role')}
          value={common(chosen, roleOf)}
          mixed={mixed}
          options={(['', ...roles] as const).map(role => ({ value: role, label: roleWord(trans, role) }))}
          onChange={role => model.apply(setRole(chosen, role, model.names))}
        />
        <ChoiceField
          label={trans.__('In nbgrader')}
          value={common<Kind>(chosen, kindOf)}
          mixed={mixed}
          options={inCommon(kindsFor).map(kind => ({ value: kind, label: kindWord(trans, kind) }))}
          onChange={kind => model.apply(setKind(chosen, kind, model.names))}
        />
      </div>
      <div key={key}>
        <Grading />
        <Standards />
        <div className="plnb-Pair">
          <TextField
            type="number"
            label={trans.__('Minutes')}
            value={typeof minutes === 'number' ? String(minutes) : ''}
            placeholder={minutes === undefined ? mixed : ''}
            wrong={text => (text === '' || Number(text) > 0 ? '' : trans.__('A number above 0.'))}
            onKeep={text => model.apply(setFields(chosen, { minutes: text === '' ? null : Number(text) }))}
          />
          <Branch />
        </div>
        {chosen.length === 1 && meta && CHECK_ROLES.includes(meta.role) ? <CheckForm cell={first} /> : null}
        {chosen.length === 1 && meta ? <RoleForm cell={first} meta={meta} /> : null}
      </div>
    </section>
  );
}

/** Which cells are meant: those selected in the notebook, or all its checks at once. */
function Scope(): React.JSX.Element {
  const { model, trans, chosen } = useAuthor();
  const all = model.checks.length;
  const single = trans.__('This cell');
  const title =
    model.scope === 'checks'
      ? trans._n('The only check', 'All %1 checks', all)
      : chosen.length === 1
        ? single
        : trans.__('%1 selected cells', chosen.length);
  return (
    <div className="plnb-Scope">
      <h2 id="plnb-author-cell" aria-live="polite">
        {title}
      </h2>
      {all > 1 || model.scope === 'checks' ? (
        <button
          type="button"
          className="plnb-Button"
          onClick={() => (model.scope = model.scope === 'checks' ? 'selection' : 'checks')}
        >
          {model.scope === 'checks' ? trans.__('Back to the selection') : trans.__('All %1 checks', all)}
        </button>
      ) : null}
    </div>
  );
}

function Grading(): React.JSX.Element | null {
  const { model, trans, chosen } = useAuthor();
  const [first] = chosen;
  if (!first || !chosen.some(cell => kindOf(cell) !== 'none')) {
    return null;
  }
  const points = common(chosen, pointsOf);
  const others = new Set(model.cells.filter(cell => cell.id !== first.id).map(gradeIdOf));
  return (
    <div className="plnb-Pair">
      {chosen.length === 1 ? (
        <TextField
          label={trans.__('Name in the gradebook')}
          value={gradeIdOf(first)}
          wrong={text =>
            !/^[A-Za-z0-9_-]+$/.test(text)
              ? trans.__('Letters, digits, - and _ only.')
              : others.has(text)
                ? trans.__('Another cell has this name.')
                : ''
          }
          onKeep={grade_id => model.apply(setGrader(chosen, { grade_id }))}
        />
      ) : null}
      {chosen.every(isGraded) ? (
        <TextField
          type="number"
          label={trans.__('Points')}
          value={points === undefined ? '' : String(points)}
          placeholder={points === undefined ? trans.__('(different)') : ''}
          wrong={text => (text !== '' && Number(text) >= 0 ? '' : points === undefined && text === '' ? '' : trans.__('0 or more.'))}
          onKeep={text => text !== '' && model.apply(setGrader(chosen, { points: Number(text) }))}
        />
      ) : null}
    </div>
  );
}

function Branch(): React.JSX.Element | null {
  const { model, trans, chosen } = useAuthor();
  const offered = branchesFor(model.cells, chosen);
  const branch = common(chosen, cell => metaOf(cell)?.branch ?? '');
  if (!offered.length && branch === '') {
    return null;
  }
  const known = offered.some(each => each.ref === branch) || !branch ? offered : [...offered, { ref: branch, title: trans.__('(no such way)') }];
  return (
    <ChoiceField
      label={trans.__('Shown')}
      value={branch}
      mixed={trans.__('(different)')}
      options={[
        { value: '', label: trans.__('to everybody') },
        ...known.map(({ ref, title }) => ({ value: ref, label: trans.__('on “%1” (%2)', title, ref) }))
      ]}
      onChange={value => model.apply(setFields(chosen, { branch: value }))}
    />
  );
}
