import * as assert from 'node:assert/strict';
import { test } from 'node:test';

import { Signal } from '@lumino/signaling';

import { type ISaved, saveInTurn } from '../src/saving';

/** A document whose saves end when the test says so. */
class Document implements ISaved {
  readonly model: Model = new Model();
  readonly written: string[] = [];
  most = 0;

  async save(): Promise<void> {
    const { text } = this.model;
    this.most = Math.max(this.most, ++this._running);
    try {
      await new Promise<void>((done, fail) => this._ends.push(error => (error ? fail(error) : done())));
    } finally {
      this._running -= 1;
    }
    this.written.push(text);
    this.model.dirty = false;
  }

  /** The save that runs ends. */
  async ends(error?: Error): Promise<void> {
    this._ends.shift()?.(error);
    await new Promise(done => setTimeout(done));
  }

  private _running = 0;
  private readonly _ends: ((error?: Error) => void)[] = [];
}

class Model {
  text = '';
  dirty = false;

  type(text: string): void {
    this.text = text;
    this.dirty = true;
    this.contentChanged.emit();
  }

  readonly contentChanged = new Signal<this, void>(this);
}

function open(): Document {
  const document = new Document();
  saveInTurn(document);
  saveInTurn(document);
  return document;
}

test('a save waits for the one before it, and those that wait together are one', async () => {
  const document = open();
  document.model.type('a');
  const first = document.save();
  document.model.type('ab');
  const others = [document.save(), document.save()];
  document.model.type('abc');
  await document.ends();
  await first;
  await document.ends();
  await Promise.all(others);
  assert.equal(document.most, 1);
  assert.deepEqual(document.written, ['a', 'abc']);
  assert.equal(document.model.dirty, false);
});

test('what is typed while a notebook is being saved is still to be saved', async () => {
  const document = open();
  document.model.type('a');
  const first = document.save();
  document.model.type('ab');
  await document.ends();
  await first;
  assert.equal(document.model.dirty, true);
});

test('who waited for a save that failed is told so, and the next one is tried again', async () => {
  const document = open();
  const both = Promise.allSettled([document.save(), document.save()]);
  await document.ends(new Error('no room'));
  assert.deepEqual((await both).map(each => each.status), ['rejected', 'rejected']);
  const later = document.save();
  await document.ends();
  await later;
  assert.deepEqual(document.written, ['']);
});

test('a save that is asked for just as another one ends does not overlap the one that waited', async () => {
  const document = open();
  const first = document.save();
  const second = document.save();
  const third = first.then(() => document.save());
  await document.ends();
  await document.ends();
  await document.ends();
  await Promise.all([first, second, third]);
  assert.equal(document.most, 1);
});
