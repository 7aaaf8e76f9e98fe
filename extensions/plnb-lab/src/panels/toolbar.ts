/** A button in the toolbar of a course's notebooks that shows the panel: Notebook 7 has no side bar to find it in. */
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { INotebookModel, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { type LabIcon, ToolbarButton } from '@jupyterlab/ui-components';
import { DisposableDelegate, type IDisposable } from '@lumino/disposable';

import type { IStudentModel } from '../tokens';

export class PathButtons implements DocumentRegistry.IWidgetExtension<NotebookPanel, INotebookModel> {
  constructor(
    private readonly model: IStudentModel,
    private readonly trans: TranslationBundle,
    private readonly icon: LabIcon,
    private readonly show: () => void
  ) {}

  createNew(panel: NotebookPanel): IDisposable {
    const button = new ToolbarButton({ icon: this.icon, tooltip: this.trans.__('Show my path'), onClick: this.show });
    button.hide();
    // A notebook that was seen to belong to a course stays one: another notebook in front does not take its button away.
    const look = (): void => {
      const folders = Object.values(this.model.view?.folders ?? {});
      if (folders.some(folder => panel.context.path.startsWith(`${folder}/`))) {
        button.show();
      }
    };
    look();
    this.model.changed.connect(look);
    panel.toolbar.insertBefore('spacer', 'plnb-path', button);
    return new DisposableDelegate(() => {
      this.model.changed.disconnect(look);
      button.dispose();
    });
  }
}
