import * as assert from 'node:assert/strict';
import { test } from 'node:test';

import { condition, statements } from '../src/authoring/overview/conditions';
import { moved, movedUnit, nameFrom, placesOf } from '../src/authoring/overview/places';
import type { Overview } from '../src/schema';

const stop = (id: string): object => ({ kind: 'activity', id });
const COURSE = {
  units: [
    { id: 'one', nodes: [stop('a'), stop('b')] },
    { id: 'two', nodes: [{ kind: 'fork', id: 'f', ways: [{ ref: 'f/x', stops: [stop('c')] }, { ref: 'f/y', stops: [stop('d'), stop('e')] }] }] },
    { id: 'three', nodes: [] }
  ]
} as unknown as Overview;

const to = (unit: string, option: string | null, before: string | null, step: string): object => ({ kind: 'move_step', step, unit, option, before });

test('every list that an activity can stand in is found in the order of the map', () => {
  assert.deepEqual(
    placesOf(COURSE).map(place => [place.unit, place.option, place.steps.join()]),
    [
      ['one', null, 'a,b'],
      ['two', null, 'f'],
      ['two', 'f/x', 'c'],
      ['two', 'f/y', 'd,e'],
      ['three', null, '']
    ]
  );
});

test('a step moves inside its list, and over its edge into the next', () => {
  assert.deepEqual(moved(COURSE, 'a', 1), to('one', null, null, 'a'));
  assert.deepEqual(moved(COURSE, 'b', -1), to('one', null, 'a', 'b'));
  assert.deepEqual(moved(COURSE, 'b', 1), to('two', null, 'f', 'b'));
  assert.deepEqual(moved(COURSE, 'f', -1), to('one', null, null, 'f'));
  assert.deepEqual(moved(COURSE, 'f', 1), to('three', null, null, 'f'));
  assert.equal(moved(COURSE, 'a', -1), null);
  assert.equal(moved(COURSE, 'nowhere', 1), null);
});

test('out of an option a step goes above or below the choice', () => {
  assert.deepEqual(moved(COURSE, 'd', -1), to('two', null, 'f', 'd'));
  assert.deepEqual(moved(COURSE, 'e', 1), to('two', null, null, 'e'));
});

test('units move one place, and not beyond the ends', () => {
  assert.deepEqual(movedUnit(COURSE, 'one', 1), { kind: 'move_unit', unit: 'one', before: 'three' });
  assert.deepEqual(movedUnit(COURSE, 'three', -1), { kind: 'move_unit', unit: 'three', before: 'two' });
  assert.equal(movedUnit(COURSE, 'three', 1), null);
});

test('a name for a file is made of a title, whatever its letters, and is not taken', () => {
  assert.equal(nameFrom('How fast, how much each?', []), 'how-fast-how-much-each');
  assert.equal(nameFrom('Über Äpfel', []), 'uber-apfel');
  assert.equal(nameFrom('运动', ['new']), 'new-2');
  assert.equal(nameFrom('Walk', ['walk', 'walk-2']), 'walk-3');
});

test('what a form can show comes back as it was, and the rest is left alone', () => {
  for (const each of [
    null,
    { standard: 'S.1', at_least: 'familiar' as const },
    { any: [{ done: 'walk' }, { check: 'walk/slope' }] },
    { all: [{ choice: 'f/x' }, { standard: 'S.1', below: 'mastered' as const }] }
  ]) {
    const form = statements(each);
    assert.ok(form);
    assert.deepEqual(condition(form), each);
  }
  assert.equal(statements({ not: { done: 'walk' } }), null);
  assert.equal(statements({ all: [{ any: [{ done: 'walk' }] }] }), null);
});
