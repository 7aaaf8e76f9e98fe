import * as assert from 'node:assert/strict';
import { test } from 'node:test';

import { type IUnsaved, Pages } from '../src/panels/pages';

/** A page that shows one notebook with changes. */
class Page {
  constructor(
    readonly path: string,
    private readonly refuses = false
  ) {}

  save(): Promise<void> {
    return new Promise((done, fail) =>
      setTimeout(() => {
        this.saved = !this.refuses;
        return this.refuses ? fail(new Error('changed on disk')) : done();
      }, 1_500)
    );
  }

  unsaved = (folder: string, except: readonly string[]): readonly IUnsaved[] =>
    this.path.startsWith(`${folder}/`) && !except.includes(this.path) && !this.saved ? [this] : [];

  saved = false;
}

async function handIn(...others: Page[]): Promise<readonly string[]> {
  const name = `pages ${Math.random()}`;
  const pages = [new Pages(name, () => []), ...others.map(page => new Pages(name, page.unsaved))];
  try {
    return await pages[0]!.save('line', ['line/here.ipynb']);
  } finally {
    pages.forEach(page => page.close());
  }
}

test('other pages have saved what they show of the unit when it is handed in, and nothing else', async () => {
  const [there, here, elsewhere] = [new Page('line/there.ipynb'), new Page('line/here.ipynb'), new Page('motion/walk.ipynb')];
  assert.deepEqual(await handIn(there, here, elsewhere), []);
  assert.deepEqual([there.saved, here.saved, elsewhere.saved], [true, false, false]);
});

test('what another page cannot save is named', async () => {
  assert.deepEqual(await handIn(new Page('line/there.ipynb', true), new Page('line/more.ipynb')), ['line/there.ipynb']);
});

test('nobody waits where there is no other page', async () => {
  const begun = Date.now();
  assert.deepEqual(await handIn(), []);
  assert.ok(Date.now() - begun < 1_900);
});
