import * as assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import { md5 } from '../src/cells/checksum';
import { type Answer, asNumber, NO_ANSWER, readAnswer, writeAnswer } from '../src/cells/literal';
import { readCellMeta } from '../src/cells/meta';
import { numberIn } from '../src/cells/variants';
import { type IPlaced, hiddenCells } from '../src/cells/visibility';
import type { CellMeta } from '../src/schema';

test('an answer written is the answer read, whatever is in it', () => {
  const texts = ['B', '', 'say "hi"', "it's", 'a\\b', 'two\nlines', '# no comment', 'Ω 🦉', '\u2028', 'x = 3', '[1]', 'None', '\t\u0007'];
  const answers: Answer[] = [
    NO_ANSWER,
    ...texts.map(text => ({ kind: 'text', text }) as const),
    { kind: 'list', items: texts },
    { kind: 'list', items: [] },
    ...['3', '-0.5', '1e9', '1/2', '.5'].map(text => ({ kind: 'number', text }) as const)
  ];
  for (const stub of ['q = None', '# Your answer:\nq = None  # a letter', 'q = None\nraise NotImplementedError()', '', 'q = "old # one"  # note']) {
    for (const answer of answers) {
      assert.deepEqual(readAnswer(writeAnswer(stub, 'q', answer), 'q'), answer, `${stub} <- ${JSON.stringify(answer)}`);
    }
  }
});

test('comments stay and the line that refuses to run goes', () => {
  assert.equal(
    writeAnswer('# Which?\nq = None  # A or B\nraise NotImplementedError()', 'q', { kind: 'text', text: 'B' }),
    '# Which?\nq = "B"  # A or B'
  );
});

test('code that says more than a form could is left to the student', () => {
  for (const source of ['q = max(1, 2)', 'p = 1\nq = 2', 'q = 1\nq = 2', 'q = [1, 2]', 'q = """a"""', 'q = f"{x}"', 'q == 3', 'q = "a" + "b"', 'q =']) {
    assert.equal(readAnswer(source, 'q'), undefined, source);
  }
});

test('numbers are read as people write them', () => {
  const numbers: readonly (readonly [string, string | undefined])[] = [
    ['3,5', '3.5'], [' 007 ', '7'], ['−2', '-2'], ['+4', '4'], ['1/2', '1/2'], ['0.50', '0.50'], ['1/0', undefined], ['drei', undefined], ['1,2,3', undefined], ['', undefined], ['0', '0']
  ];
  for (const [written, meant] of numbers) {
    assert.equal(asNumber(written), meant, written);
  }
});

test('MD5 is MD5', () => {
  for (const text of ['', 'a', 'Ω🦉', 'x'.repeat(55), 'x'.repeat(56), 'x'.repeat(64), 'y'.repeat(1000)]) {
    assert.equal(md5(text), createHash('md5').update(text, 'utf8').digest('hex'));
  }
});

const fork = (id: string, branch?: string): IPlaced => ({
  id,
  meta: { role: 'fork', id, prompt: '?', options: [], ...(branch ? { branch } : {}) } as CellMeta
});
const on = (id: string, branch: string): IPlaced => ({ id, meta: { role: 'explain', branch } });
const gate = (id: string, branch?: string): IPlaced => ({ id, meta: { role: 'gate', id, ...(branch ? { branch } : {}) } as CellMeta });
const plain = (id: string): IPlaced => ({ id, meta: null });
const hidden = (cells: IPlaced[], choices: Record<string, string[]> = {}, closed: string[] = []): string[] => [
  ...hiddenCells(cells, choices, new Set(closed))
];

test('a way is shown when it is chosen, and a fork inside it goes with it', () => {
  const cells = [fork('f'), on('l', 'f/left'), on('r', 'f/right'), fork('g', 'f/left'), on('gx', 'g/x'), plain('end')];
  assert.deepEqual(hidden(cells), ['l', 'r', 'g', 'gx']);
  assert.deepEqual(hidden(cells, { f: ['left'], g: ['x'] }), ['r']);
  assert.deepEqual(hidden(cells, { f: ['right'], g: ['x'] }), ['l', 'g', 'gx']);
  assert.deepEqual(hidden(cells, { f: ['left', 'right'], g: [] }), ['gx']);
});

test('a fork that is not here hides nothing, and forks in a circle end', () => {
  assert.deepEqual(hidden([on('a', 'gone/x')]), []);
  assert.deepEqual(hidden([fork('a', 'b/x'), fork('b', 'a/x'), plain('p')], { a: ['x'], b: ['x'] }), []);
});

test('a closed gate closes the rest: of its branch, or of the notebook', () => {
  const cells = [plain('a'), gate('g'), plain('b'), plain('c')];
  assert.deepEqual(hidden(cells, {}, ['g']), ['b', 'c']);
  assert.deepEqual(hidden(cells), []);
  const branched = [fork('f'), on('l1', 'f/l'), gate('g', 'f/l'), on('l2', 'f/l'), on('r', 'f/r'), plain('end')];
  assert.deepEqual(hidden(branched, { f: ['l', 'r'] }, ['g']), ['l2']);
  assert.deepEqual(hidden(branched, { f: ['r'] }, ['g']), ['l1', 'g', 'l2'], 'a gate on a way not taken closes nothing');
});

test('metadata that does not fit is as good as none', () => {
  const read = (plnb: unknown): CellMeta | null => readCellMeta({ getMetadata: () => plnb });
  for (const odd of [null, 3, [], {}, { role: 'fork', id: 'f' }, { role: 'toString' }, { role: 'check', hints: [3] }, { role: 'response', widget: 'x', name: 'a' }]) {
    assert.equal(read(odd), null);
  }
  assert.equal(read({ schema_version: 1, role: 'check', hints: ['a'] })?.role, 'check');
});

test('the number of a question is the one on its line, as the grader reads it', () => {
  const numbers: readonly (readonly [string, number | null])[] = [
    ['variant = 7', 7], ['import random\nvariant=12  # yours\nx = variant', 12], ['variant\t= 1\r\n', 1], ['', null], ['variant = 0', null], ['variant = 07', null],
    ['variant = -1', null], ['variant = 12345', null], ['variant = 1\nvariant = 2', null], ['variant = 1\nvariant = x', null], [' variant = 1', null],
    ['variant = 1; x = 2', null], ['variant == 1', null], ['variants = 1', null]
  ];
  for (const [source, number] of numbers) {
    assert.equal(numberIn(source, 'variant'), number, source);
  }
});

test('a cell whose numbers vary says with which name', () => {
  const read = (plnb: unknown): CellMeta | null => readCellMeta({ getMetadata: () => plnb });
  assert.ok(read({ role: 'vary', name: 'variant' }));
  assert.ok(read({ role: 'vary', name: 'variant', variants: 8 }));
  for (const odd of [{}, { name: 'a b' }, { name: 3 }, { name: 'a', variants: 'many' }]) {
    assert.equal(read({ role: 'vary', ...odd }), null);
  }
});
