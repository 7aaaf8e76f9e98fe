/** The teacher's routes, as functions. Every failure is a `PlnbError`. */
import type { ServerConnection } from '@jupyterlab/services';

import { request } from '../api';
import { AUTHOR_SCHEMA_VERSION, type AuthorView, type LintAsked, type LiveFindings, type StandardsFound } from '../schema';
import { PlnbError } from '../tokens';

export class AuthorApi {
  constructor(private readonly settings: ServerConnection.ISettings) {}

  async view(path: string): Promise<AuthorView> {
    const view = await request<AuthorView>(this.settings, `author?path=${encodeURIComponent(path)}`);
    if (view.schema_version !== AUTHOR_SCHEMA_VERSION) {
      throw new PlnbError({ kind: 'outdated', code: 'outdated', message: '', hint: '' });
    }
    return view;
  }

  standards(path: string, query: string): Promise<StandardsFound> {
    return request(this.settings, `standards?path=${encodeURIComponent(path)}&query=${encodeURIComponent(query)}`);
  }

  lint(path: string, notebook: string): Promise<LiveFindings> {
    const body: LintAsked = { path, notebook };
    return request(this.settings, 'lint', { method: 'POST', body: JSON.stringify(body) });
  }
}
