/** The authoring panel, at the right of a course's source notebooks. It draws the model, and holds nothing of its own. */
import { ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { Icon, type IconName } from '../panels/icons';
import { problemWords } from '../words';
import { Chosen } from './chosen';
import { AuthorContext, type IAuthorPanel, useAuthor } from './context';
import { Findings } from './findings';
import type { Insert } from './inserts';
import type { AuthoringModel } from './model';
import { insertWord } from './words';

export class AuthorPanel extends ReactWidget {
  constructor(
    private readonly model: AuthoringModel,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.id = 'plnb-author';
    this.title.caption = trans.__('Write a course');
    this.addClass('plnb-Author');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Write a course'));
    model.changed.connect(this._redraw, this);
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.update();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    this.node.tabIndex = -1;
    this.node.focus();
  }

  protected override render(): React.JSX.Element {
    return <Whole model={this.model} trans={this.trans} />;
  }

  /** A panel out of sight is drawn when it comes into sight. */
  private _redraw(): void {
    if (this.isVisible) {
      this.update();
    }
  }
}

function Whole({ model, trans }: { model: AuthoringModel; trans: TranslationBundle }): React.JSX.Element {
  const [said, setSaid] = React.useState('');
  const { view } = model;
  if (!view) {
    const words = model.problem && problemWords(trans, model.problem);
    return (
      <div className="plnb-Author-inner">
        <h2>{trans.__('Write a course')}</h2>
        <p>
          {words
            ? `${words.text} ${words.mend}`
            : trans.__('Open a notebook in the “source” folder of a course to write at it here; “plnb new” in a terminal starts a course.')}
        </p>
      </div>
    );
  }
  const panel: IAuthorPanel = { model, trans, view, chosen: model.chosen, say: setSaid };
  return (
    <AuthorContext.Provider value={panel}>
      <div className="plnb-Author-inner">
        <Head />
        <InsertMenu />
        <Chosen />
        <Findings />
        <p role="status" className="plnb-mod-spoken">
          {said}
        </p>
      </div>
    </AuthorContext.Provider>
  );
}

function Head(): React.JSX.Element {
  const { model, trans, view } = useAuthor();
  return (
    <header className="plnb-Author-head">
      <div>
        <p className="plnb-Author-title">{view.title}</p>
        <p className="plnb-Quiet">
          {view.unit} / {view.activity}
        </p>
      </div>
      <div className="plnb-Tools">
        <button type="button" className="plnb-Button plnb-mod-plain" aria-label={trans.__('Undo')} title={trans.__('Undo')} onClick={() => model.undo()}>
          <Icon name="undo" />
        </button>
        <button type="button" className="plnb-Button plnb-mod-plain" aria-label={trans.__('Redo')} title={trans.__('Redo')} onClick={() => model.redo()}>
          <Icon name="redo" />
        </button>
      </div>
    </header>
  );
}

const GROUPS: readonly { readonly title: (trans: TranslationBundle) => string; readonly inserts: readonly (readonly [Insert, IconName])[] }[] = [
  { title: trans => trans.__('Question'), inserts: [['check', 'check'], ['fresh', 'code'], ['vary', 'data']] },
  { title: trans => trans.__('Question with a form'), inserts: [['choice', 'dot'], ['number', 'data'], ['text', 'text'], ['ordering', 'down']] },
  { title: trans => trans.__('The way'), inserts: [['fork', 'split'], ['gate', 'gate']] },
  { title: trans => trans.__('The student’s voice'), inserts: [['reflection', 'pen'], ['goal', 'flag']] }
];

function InsertMenu(): React.JSX.Element {
  const { model, trans, say } = useAuthor();
  return (
    <details className="plnb-Insert">
      <summary>{trans.__('Insert below this cell')}</summary>
      {GROUPS.map(group => (
        <div key={group.title(trans)} role="group" aria-label={group.title(trans)}>
          <p className="plnb-Quiet">{group.title(trans)}</p>
          <div className="plnb-Insert-row">
            {group.inserts.map(([what, icon]) => (
              <button
                key={what}
                type="button"
                className="plnb-Button"
                data-plnb-insert={what}
                onClick={() => {
                  model.insert(what);
                  say(trans.__('Inserted: %1.', insertWord(trans, what)));
                }}
              >
                <Icon name={icon} />
                {insertWord(trans, what)}
              </button>
            ))}
          </div>
        </div>
      ))}
    </details>
  );
}
