import * as assert from 'node:assert/strict';
import { test } from 'node:test';

import { StudentModel } from '../src/model';
import { asProblem, type IApi, PlnbError } from '../src/tokens';
import type { CourseView, Fetched, NewRecord, Profile, StudentView, Submission } from '../src/schema';

const HINT: NewRecord = { kind: 'hint_shown', activity: 'walk', check: 'speed', rung: 1 };
const OFFLINE = new PlnbError({ kind: 'offline', code: 'offline', message: '', hint: '' });

/** A server in memory: keeps what it is told, counts views, and can be cut off. */
class Server implements IApi {
  down = false;
  refuses = false;
  kept: NewRecord[] = [];
  profile: Profile | null = null;

  async course(path: string): Promise<CourseView> {
    this.reach();
    return { title: `course of ${path}` } as CourseView;
  }

  async progress(path: string): Promise<StudentView> {
    this.reach();
    if (path === 'holidays') {
      throw new PlnbError(asProblem(404, { code: 'not-found', message: 'No course.' }, 'view'));
    }
    return { title: `view of ${path}` } as StudentView;
  }

  async record(path: string, records: readonly NewRecord[]): Promise<StudentView> {
    this.reach();
    this.kept.push(...records.filter(record => !this.kept.some(kept => kept.key === record.key)));
    return { title: `${this.kept.length} kept for ${path}` } as StudentView;
  }

  async forget(path: string): Promise<StudentView> {
    this.reach();
    return { title: `forgotten in ${path}` } as StudentView;
  }

  async saveProfile(_path: string, profile: Profile): Promise<Profile> {
    this.reach();
    this.profile = profile;
    return profile;
  }

  async fetch(): Promise<Fetched> {
    return { new: 0 };
  }

  async submit(): Promise<Submission> {
    this.reach();
    return { unit: 'u', at: '' };
  }

  private reach(): void {
    if (this.down) {
      throw OFFLINE;
    }
    if (this.refuses) {
      throw new PlnbError(asProblem(400, { code: 'input', message: 'No.', hint: 'Do it otherwise.' }, 'change'));
    }
  }
}

test('loading shows the view and the course, and says so once', async () => {
  const model = new StudentModel(new Server());
  let said = 0;
  model.changed.connect(() => said++);
  await model.load('unit/walk.ipynb');
  assert.equal(model.view?.title, 'view of unit/walk.ipynb');
  assert.equal(model.course?.title, 'course of unit/walk.ipynb');
  assert.equal(model.problem, null);
  assert.equal(said, 1);
  await model.load('unit/walk.ipynb');
  assert.equal(said, 1, 'the same path again asks nothing');
});

test('what is recorded while the server is away arrives later, once, in order', async () => {
  const server = new Server();
  const model = new StudentModel(server);
  await model.load('unit');
  server.down = true;
  assert.equal(await model.record('unit', [HINT]), false);
  assert.equal(await model.record('unit', [{ ...HINT, rung: 2 }]), false);
  assert.equal(model.unsent, 2);
  assert.equal(model.problem?.kind, 'offline');
  assert.equal(model.view?.title, 'view of unit', 'what was seen stays');
  server.down = false;
  await model.refresh();
  assert.deepEqual(
    server.kept.map(record => (record as typeof HINT & { rung: number }).rung),
    [1, 2]
  );
  assert.equal(model.unsent, 0);
  assert.equal(model.problem, null);
});

test('every record gets a name and a time of its own before it is sent', async () => {
  const server = new Server();
  const model = new StudentModel(server);
  await model.load('unit');
  assert.equal(await model.record('unit', [HINT, HINT]), true);
  assert.equal(new Set(server.kept.map(record => record.key)).size, 2);
  assert.ok(server.kept.every(record => !Number.isNaN(Date.parse(record.at ?? ''))));
});

test('a refused record is not sent again and the reason is told', async () => {
  const server = new Server();
  const model = new StudentModel(server);
  await model.load('unit');
  server.refuses = true;
  assert.equal(await model.record('unit', [HINT]), false);
  assert.equal(model.unsent, 0);
  assert.equal(model.problem?.message, 'No.');
});

test('an answer that comes too late does not replace a newer one', async () => {
  const server = new Server();
  let letGo = (): void => undefined;
  const slow = new Promise<void>(resolve => (letGo = resolve));
  const first = server.progress.bind(server);
  server.progress = async path => {
    if (path === 'slow') {
      await slow;
    }
    return first(path);
  };
  const model = new StudentModel(server);
  const late = model.load('slow');
  await model.load('quick');
  letGo();
  await late;
  assert.equal(model.view?.title, 'view of quick');
});

test('a look at a folder without a course leaves the course in sight; without one it is said', async () => {
  const model = new StudentModel(new Server());
  await model.load('holidays');
  assert.equal(model.problem?.kind, 'no-course');
  await model.load('unit');
  assert.equal(model.problem, null);
  await model.load('holidays');
  assert.equal(model.view?.title, 'view of unit');
  assert.equal(model.path, 'unit');
  assert.equal(model.problem, null);
});

test('a bare 404 means that nobody answers; a 404 with a code is the server speaking', () => {
  const ours = { code: 'not-found', message: 'No such line.' };
  assert.equal(asProblem(404, null, 'view').kind, 'no-server');
  assert.equal(asProblem(404, null, 'change').kind, 'no-server');
  assert.equal(asProblem(404, ours, 'view').kind, 'no-course');
  assert.equal(asProblem(404, ours, 'change').kind, 'refused');
  assert.equal(asProblem(403, { message: 'Forbidden' }, 'view').kind, 'refused');
});
