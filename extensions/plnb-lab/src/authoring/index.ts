/** The teacher's side: a list of plugins. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import overview from './overview';
import { authorPlugin } from './plugin';

const plugins: JupyterFrontEndPlugin<unknown>[] = [authorPlugin, overview];

export default plugins;
