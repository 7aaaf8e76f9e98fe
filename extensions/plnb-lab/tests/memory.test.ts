import * as assert from 'node:assert/strict';
import { test } from 'node:test';

import type { INotebookModel } from '@jupyterlab/notebook';

import { Memory } from '../src/cells/memory';

const EARLY = '2026-09-01T10:00:00.000Z';
const LATE = '2026-09-01T10:00:01.000000Z';

function remembering(plnb: unknown): { memory: Memory; said: () => unknown } {
  const metadata = new Map<string, unknown>([['plnb', plnb]]);
  const model = {
    getMetadata: (key: string) => metadata.get(key),
    setMetadata: (key: string, value: unknown) => metadata.set(key, value)
  } as unknown as INotebookModel;
  return { memory: new Memory(model), said: () => metadata.get('plnb') };
}

test('a choice is remembered with its time, beside what was there', () => {
  const { memory, said } = remembering({ gates_passed: ['g'] });
  memory.choose('rep', ['graph'], EARLY);
  assert.deepEqual(said(), { gates_passed: ['g'], choices: { rep: ['graph'] }, chosen_at: { rep: EARLY } });
});

test('of a choice here and one made elsewhere the later one holds', () => {
  const elsewhere = (at: string) => [{ fork: 'rep', options: ['table'], at }];
  const here = { choices: { rep: ['graph'] } };
  const cases: [unknown, string, boolean][] = [
    [{}, EARLY, true],
    [{ ...here, chosen_at: { rep: EARLY } }, LATE, true],
    [{ ...here, chosen_at: { rep: LATE } }, EARLY, false],
    [{ ...here, chosen_at: { rep: EARLY } }, EARLY, false],
    [here, LATE, false] // no time: a file of an older plnb, or somebody's own hand
  ];
  for (const [plnb, at, taken] of cases) {
    const { memory } = remembering(plnb);
    assert.equal(memory.take(elsewhere(at)), taken, JSON.stringify([plnb, at]));
    assert.deepEqual(memory.choices, { rep: [taken ? 'table' : 'graph'] });
  }
});

test('metadata that nobody can read is as good as none', () => {
  for (const plnb of [null, 3, { choices: 'x', chosen_at: [1] }, { choices: { rep: 'graph' }, chosen_at: { rep: 4 } }]) {
    const { memory } = remembering(plnb);
    assert.equal(memory.take([{ fork: 'rep', options: ['table'], at: LATE }]), true);
    assert.deepEqual(memory.choices, { rep: ['table'] });
  }
});
