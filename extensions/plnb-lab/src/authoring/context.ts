/** What every part of the authoring panel draws with. */
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { AuthorView } from '../schema';
import type { ICell } from './facts';
import type { AuthoringModel } from './model';

export interface IAuthorPanel {
  readonly model: AuthoringModel;
  readonly trans: TranslationBundle;
  readonly view: AuthorView;
  /** The cells that changes are for; at least one. */
  readonly chosen: readonly ICell[];
  /** Say something to who cannot see it happen. */
  readonly say: (text: string) => void;
}

export const AuthorContext = React.createContext<IAuthorPanel | null>(null);

export function useAuthor(): IAuthorPanel {
  const panel = React.useContext(AuthorContext);
  if (!panel) {
    throw new Error('Parts of the authoring panel are drawn inside it.');
  }
  return panel;
}
