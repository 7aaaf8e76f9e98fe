import * as assert from 'node:assert/strict';
import { test } from 'node:test';

import type { TranslationBundle } from '@jupyterlab/translation';

import {
  addStandard,
  branchesFor,
  freeName,
  gradeIdOf,
  type ICell,
  type IChange,
  type Kind,
  kindOf,
  kindsFor,
  metaOf,
  mirrored,
  Names,
  removeStandard,
  rename,
  rolesFor,
  setFields,
  setGrader,
  setKind,
  setRole
} from '../src/authoring/facts';
import { INSERTS, make } from '../src/authoring/inserts';
import { mend } from '../src/authoring/mends';
import { maybeSource } from '../src/authoring/sources';
import type { LiveFinding, Mend } from '../src/schema';

/** English, as it is written. */
const trans = { __: (text: string) => text } as TranslationBundle;

const cell = (id: string, over: Partial<ICell> = {}): ICell => ({
  id,
  type: 'code',
  source: '',
  plnb: undefined,
  nbgrader: undefined,
  tags: [],
  ...over
});
const tests = (id: string, over: Partial<ICell> = {}): ICell =>
  cell(id, { nbgrader: { grade: true, solution: false, locked: true, task: false, grade_id: id, points: 2, schema_version: 3 }, ...over });

/** The cells as they are after the changes. */
function after(cells: readonly ICell[], changes: readonly IChange[]): ICell[] {
  return cells.map(each =>
    changes.filter(({ id }) => id === each.id).reduce<ICell>((now, { set }) => ({ ...now, ...set, tags: 'tags' in set ? (set.tags ?? []) : now.tags }), each)
  );
}

test('a check is graded from the moment it is one, and never twice under one name', () => {
  const cells = [cell('a'), cell('b'), cell('m', { type: 'markdown' }), tests('t')];
  const now = after(cells, setRole(cells, 'check', new Names(cells)));
  assert.deepEqual(now.map(kindOf), ['tests', 'tests', 'manual', 'tests']);
  assert.equal(new Set(now.map(gradeIdOf)).size, 4);
  assert.equal(gradeIdOf(now[3] as ICell), 't', 'who has a name keeps it');
  assert.ok(now.every(each => metaOf(each)?.role === 'check'));
});

test('every role makes metadata that the format takes, whatever was there before', () => {
  for (const type of ['code', 'markdown', 'raw'] as const) {
    for (const first of rolesFor(type)) {
      for (const second of rolesFor(type)) {
        const cells = [cell('a', { type })];
        const once = after(cells, setRole(cells, first, new Names(cells)));
        const twice = after(once, setRole(once, second, new Names(once)));
        assert.equal(metaOf(twice[0] as ICell)?.role, second, `${type}: ${first} -> ${second}`);
      }
    }
  }
});

test('what both roles can say stays', () => {
  const cells = [tests('t', { plnb: { schema_version: 1, role: 'check', standards: ['S.1'], hints: ['Look.'], minutes: 3 } })];
  const probe = after(cells, setRole(cells, 'probe', new Names(cells)));
  assert.deepEqual(probe[0]?.plnb, { schema_version: 1, role: 'probe', standards: ['S.1'], hints: ['Look.'], minutes: 3 });
  const prose = after(cells, setRole(cells, 'practice', new Names(cells)));
  assert.deepEqual(prose[0]?.plnb, { schema_version: 1, role: 'practice', standards: ['S.1'], minutes: 3 });
});

test('nbgrader gets what its own panel would write', () => {
  for (const type of ['code', 'markdown', 'raw'] as const) {
    for (const kind of ['none', 'manual', 'task', 'answer', 'tests', 'locked'] as readonly Kind[]) {
      const cells = [cell('a', { type })];
      const [now] = after(cells, setKind(cells, kind, new Names(cells)));
      assert.equal(kindOf(now as ICell), kindsFor(type).includes(kind) ? kind : 'none', `${type} ${kind}`);
      const raw = now?.nbgrader as Record<string, unknown> | undefined;
      if (raw) {
        const graded = raw.grade === true || raw.task === true;
        assert.deepEqual(Object.keys(raw).sort(), [
          'grade', 'grade_id', 'locked', ...(graded ? ['points'] : []), 'schema_version', 'solution', 'task'
        ]);
      }
    }
  }
});

test('points and names outlive a change of type; taking nbgrader away takes only nbgrader away', () => {
  const cells = [tests('t', { plnb: { schema_version: 1, role: 'check' } })];
  const manual = after(cells, setKind(cells, 'manual', new Names(cells)));
  assert.deepEqual([gradeIdOf(manual[0] as ICell), (manual[0]?.nbgrader as { points: number }).points], ['t', 2]);
  const none = after(cells, setKind(cells, 'none', new Names(cells)));
  assert.equal(none[0]?.nbgrader, undefined);
  assert.equal(metaOf(none[0] as ICell)?.role, 'check');
});

test('a standard is added once to each cell, with its tag, and taken away again', () => {
  const cells = [tests('a'), tests('b', { tags: ['mine', 'std:OLD'] }), cell('c', { type: 'markdown' })];
  const added = after(cells, addStandard(cells, 'S.1'));
  assert.deepEqual(added.map(each => metaOf(each)?.standards), [['S.1'], ['S.1'], ['S.1']]);
  assert.deepEqual(added.map(each => metaOf(each)?.role), ['check', 'check', 'explain']);
  assert.deepEqual(added[1]?.tags, ['mine', 'std:S.1'], 'a tag that says something else goes');
  assert.deepEqual(addStandard(added, 'S.1'), []);
  const gone = after(added, removeStandard(added, 'S.1'));
  assert.ok(gone.every(each => (metaOf(each)?.standards ?? []).length === 0));
  assert.deepEqual(gone.map(each => each.tags), [[], ['mine'], []]);
});

test('mirror tags are the rule of lint', () => {
  assert.deepEqual(mirrored(['x'], { standards: ['B', 'A', 'B'], branch: 'f/one' }), ['x', 'std:B', 'std:A', 'plnb-branch:f-one']);
  assert.deepEqual(mirrored(['std:X', 'y'], undefined), ['y']);
});

test('fields that say nothing are not written', () => {
  const cells = [tests('a', { plnb: { schema_version: 1, role: 'check', minutes: 3, branch: 'f/o', hints: ['x'] }, tags: ['plnb-branch:f-o'] })];
  const now = after(cells, setFields(cells, { minutes: null, branch: '', hints: [] }));
  assert.deepEqual(now[0]?.plnb, { schema_version: 1, role: 'check' });
  assert.deepEqual(now[0]?.tags, []);
});

test('a fork offers its ways to the cells below it, and renaming takes them along', () => {
  const options = [{ id: 'l', title: 'Left' }, { id: 'r', title: 'Right' }];
  const fork = cell('f', { type: 'markdown', plnb: { schema_version: 1, role: 'fork', id: 'way', prompt: '?', options } });
  const left = cell('l', { type: 'markdown', plnb: { schema_version: 1, role: 'explain', branch: 'way/l' }, tags: ['plnb-branch:way-l'] });
  const cells = [cell('above'), fork, left, cell('below')];
  assert.deepEqual(branchesFor(cells, [cells[3] as ICell]).map(({ ref }) => ref), ['way/l', 'way/r']);
  assert.deepEqual(branchesFor(cells, [cells[0] as ICell]), []);
  const now = after(cells, rename(cells, 'f', 'path'));
  assert.equal(metaOf(now[2] as ICell)?.branch, 'path/l');
  assert.deepEqual(now[2]?.tags, ['plnb-branch:path-l']);
});

test('names are free, and nbgrader takes them', () => {
  assert.equal(freeName('check', new Set(['check', 'check_2'])), 'check_3');
  assert.equal(freeName('check_2', new Set(['check_2', 'check'])), 'check_3');
  assert.equal(freeName('größe & co', new Set()), 'gr_e_co');
  assert.match(freeName('', new Set()), /^[A-Za-z0-9_-]+$/);
  assert.match(freeName('…', new Set()), /^[A-Za-z0-9_-]+$/);
});

test('everything that is inserted has metadata the format takes, and its tests fit its answer', () => {
  for (const what of INSERTS) {
    for (const branch of ['', 'way/l']) {
      const above = [tests('slope')];
      const made = make(what, { above, names: new Names(above), branch, trans });
      const cells = made.map(({ type, source, metadata }, at) =>
        cell(`n${at}`, { type, source, plnb: metadata.plnb, nbgrader: metadata.nbgrader, tags: (metadata.tags as string[] | undefined) ?? [] })
      );
      for (const each of cells) {
        assert.ok(each.plnb === undefined || metaOf(each), `${what}: ${JSON.stringify(each.plnb)}`);
        assert.deepEqual(each.tags, mirrored([], each.plnb as Record<string, unknown> | undefined), what);
        assert.ok(!branch || metaOf(each)?.branch, `${what} stays on its way`);
        assert.ok(kindsFor(each.type).includes(kindOf(each)));
      }
      const names = cells.map(gradeIdOf).filter(Boolean);
      assert.equal(new Set(names).size, names.length);
    }
  }
});

test('what is inserted twice shares no name', () => {
  const place = { above: [], names: new Names([], ['fork']), branch: '', trans };
  const ids = [make('fork', place), make('fork', place)].map(([first]) => (first?.metadata.plnb as { id: string }).id);
  assert.deepEqual(ids, ['fork_2', 'fork_3']);
  const sources = [make('check', place), make('check', place)].map(made => made[2]?.source ?? '');
  assert.match(sources[0] ?? '', /assert answer is/);
  assert.match(sources[1] ?? '', /assert answer_2 is/);
});

test('a gate waits for the check above it, and for nothing where there is none', () => {
  const gate = (above: ICell[]): unknown =>
    (make('gate', { above, names: new Names(above), branch: '', trans })[0]?.metadata.plnb as { opens_when?: unknown }).opens_when;
  assert.deepEqual(gate([tests('one'), tests('two'), cell('x')]), { check: './two' });
  assert.equal(gate([cell('x')]), undefined);
});

test('mends change what they say, and nothing where the cell is gone', () => {
  const finding = (cell_id: string): LiveFinding =>
    ({ code: '', severity: 'error', message: '', place: '', mend: '', cell: 0, cell_id, mends: [] }) satisfies LiveFinding;
  const how = (kind: Mend['kind'], text = '', texts: string[] = []): Mend => ({ kind, text, texts });
  const cells = [
    tests('a', { plnb: { schema_version: 1, role: 'check', standards: ['S.l', 'S.2'], hints: ['', 'Look.'] }, tags: ['std:S.l'] })
  ];
  const mended = (mending: Mend, choice = ''): ICell => after(cells, mend(cells, finding('a'), mending, new Names(cells), choice))[0] as ICell;
  assert.equal(gradeIdOf(mended(how('grade-id', 'b'))), 'b');
  assert.deepEqual(mended(how('tags', '', ['x'])).tags, ['x']);
  assert.deepEqual(metaOf(mended(how('standard', 'S.l'), 'S.1'))?.standards, ['S.1', 'S.2']);
  assert.deepEqual((mended(how('empty')).plnb as { hints: string[] }).hints, ['Look.']);
  assert.equal((mended(how('points', '0')).nbgrader as { points: number }).points, 0);
  assert.deepEqual(mend(cells, finding('gone'), how('lock'), new Names(cells)), []);
  assert.deepEqual(setGrader([cell('plain')], { points: 3 }), []);
});

test('only notebooks in a source folder are asked about', () => {
  for (const path of ['source/u/a.ipynb', 'course/source/u/a b.ipynb']) {
    assert.ok(maybeSource(path), path);
  }
  for (const path of ['u/a.ipynb', 'release/u/a.ipynb', 'source/a.ipynb', 'source/u/v/a.ipynb', 'source/.x/a.ipynb', 'resource/u/a.ipynb', 'source/u/a.py']) {
    assert.ok(!maybeSource(path), path);
  }
});
