/** The extension: a list of plugins. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import authoring from './authoring';
import cells from './cells';
import { modelPlugin } from './following';
import panels from './panels';

export * from './tokens';

const plugins: JupyterFrontEndPlugin<unknown>[] = [modelPlugin, ...panels, ...cells, ...authoring];

export default plugins;
