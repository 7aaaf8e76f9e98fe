/**
 * The one door to the server. Every answer is typed by `schema.ts`; every failure becomes a `Problem`.
 */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import { type CourseView, type Fetched, type NewRecord, type NewRecords, type Profile, type StudentView, type Submission, type Submitting, VIEW_SCHEMA_VERSION } from './schema';
import { asProblem, type IApi, PlnbError } from './tokens';

/** Calls `plnb/api/<endpoint>`. Throws `PlnbError`, whatever goes wrong. */
export async function request<T>(settings: ServerConnection.ISettings, endpoint: string, init: RequestInit = {}): Promise<T> {
  const url = URLExt.join(settings.baseUrl, 'plnb', 'api', endpoint);
  let response: Response;
  try {
    response = await ServerConnection.makeRequest(url, init, settings);
  } catch (error) {
    throw new PlnbError({ kind: 'offline', code: 'offline', message: String(error), hint: '' });
  }
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = null;
  }
  if (!response.ok) {
    throw new PlnbError(asProblem(response.status, body, init.method ? 'change' : 'view'));
  }
  return body as T;
}

/** The server's routes, as functions. */
export class Api implements IApi {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  async course(path: string): Promise<CourseView> {
    return understood(await request<CourseView>(this.settings, `course?path=${encodeURIComponent(path)}`));
  }

  async progress(path: string): Promise<StudentView> {
    return understood(await request<StudentView>(this.settings, `progress?path=${encodeURIComponent(path)}`));
  }

  async record(path: string, records: readonly NewRecord[]): Promise<StudentView> {
    const body: NewRecords = { path, records: [...records] };
    return understood(await request<StudentView>(this.settings, 'records', sending('POST', body)));
  }

  async forget(path: string, id: string): Promise<StudentView> {
    const query = `path=${encodeURIComponent(path)}&id=${encodeURIComponent(id)}`;
    return understood(await request<StudentView>(this.settings, `records?${query}`, { method: 'DELETE' }));
  }

  saveProfile(path: string, profile: Profile): Promise<Profile> {
    return request(this.settings, `profile?path=${encodeURIComponent(path)}`, sending('PUT', profile));
  }

  submit(path: string): Promise<Submission> {
    const body: Submitting = { path };
    return request(this.settings, 'submit', sending('POST', body));
  }

  fetch(path: string): Promise<Fetched> {
    const body: Submitting = { path };
    return request(this.settings, 'feedback', sending('POST', body));
  }
}

/** Browsers refuse to send more than 64 KiB after a page is gone. */
const KEEPALIVE_LIMIT = 60_000; // bytes, with room for what is on its way already

function sending(method: string, body: object): RequestInit {
  const text = JSON.stringify(body);
  // keepalive: what a student did just before closing the page still arrives.
  return { method, body: text, keepalive: new Blob([text]).size < KEEPALIVE_LIMIT };
}

/** What this page knows how to draw; another version says so instead of drawing nonsense. */
function understood<T extends StudentView | CourseView>(view: T): T {
  if (view.schema_version !== VIEW_SCHEMA_VERSION) {
    throw new PlnbError({ kind: 'outdated', code: 'outdated', message: '', hint: '' });
  }
  return view;
}
