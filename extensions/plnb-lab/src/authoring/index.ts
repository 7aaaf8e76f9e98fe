/** The teacher's side: a list of plugins. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';

import overview from './overview';

const plugins: JupyterFrontEndPlugin<unknown>[] = [overview];

export default plugins;
