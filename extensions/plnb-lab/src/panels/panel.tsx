/** The panel “My path”: draws the student model. It holds which tab is open, and nothing else. */
import { ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import { routeOf } from '../route';
import type { StudentView } from '../schema';
import type { IStudentModel } from '../tokens';
import { problemWords } from '../words';
import { Goals } from './goals';
import { CameBack } from './handin';
import { Icon, type IconName } from './icons';
import { CourseMap } from './map';
import { Me } from './me';
import { Next } from './next';
import { type IActions, type IPanel, Notice, PanelContext, usePanel } from './shared';
import { Skills } from './skills';
import { Wish } from './wish';

export type Tab = 'path' | 'skills' | 'goals' | 'me';

export class PathPanel extends ReactWidget {
  constructor(
    private readonly model: IStudentModel,
    private readonly actions: IActions,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.id = 'plnb-path';
    this.title.caption = trans.__('My path');
    this.addClass('plnb-Path');
    this.model.changed.connect(this._redraw, this);
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('My path'));
  }

  /** The tab in front. */
  get tab(): Tab {
    return this._tab;
  }

  set tab(tab: Tab) {
    this._tab = tab;
    this._redraw();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.update();
  }

  protected override render(): React.JSX.Element {
    return <Whole model={this.model} actions={this.actions} trans={this.trans} tab={this._tab} onTab={tab => (this.tab = tab)} />;
  }

  /** Nobody waits for a drawing that nobody sees: a panel out of sight is drawn when it comes into sight. */
  private _redraw(): void {
    if (this.isVisible) {
      this.update();
    }
  }

  private _tab: Tab = 'path';
}

interface IWhole {
  readonly model: IStudentModel;
  readonly actions: IActions;
  readonly trans: TranslationBundle;
  readonly tab: Tab;
  readonly onTab: (tab: Tab) => void;
}

function Whole({ model, actions, trans, tab, onTab }: IWhole): React.JSX.Element {
  const [said, setSaid] = React.useState('');
  const { view, course, problem } = model;
  const words = problem && problemWords(trans, problem);
  const notices = (
    <div role="status" className="plnb-Notices">
      {words ? <Notice {...words} calm={problem?.kind === 'no-course'} /> : null}
      {view?.problems.map(each => <Notice key={each.code} text={each.text} mend={each.mend} />)}
      {model.unsent ? (
        <p className="plnb-Quiet">{trans._n('One thing waits to be sent.', '%1 things wait to be sent.', model.unsent)}</p>
      ) : null}
    </div>
  );
  if (!view || !course) {
    return (
      <div className="plnb-Path-inner">
        {words ? <h2>{trans.__('My path')}</h2> : <p className="plnb-Quiet">{trans.__('Looking for your course…')}</p>}
        {notices}
      </div>
    );
  }
  const panel: IPanel = { model, actions, trans, view, course, say: setSaid };
  return (
    <PanelContext.Provider value={panel}>
      <div className="plnb-Path-inner">
        <Head {...panel} />
        {notices}
        <Tabs tab={tab} onTab={onTab} trans={trans} due={view.report.standards.some(each => each.practice.review_due)} />
        <div role="tabpanel" tabIndex={-1} id="plnb-tabpanel" aria-labelledby={`plnb-tab-${tab}`} className="plnb-Path-body">
          {tab === 'path' ? <Way onTab={onTab} /> : null}
          {tab === 'skills' ? <Skills /> : null}
          {tab === 'goals' ? <Goals /> : null}
          {tab === 'me' ? <Me key={view.course} /> : null}
        </div>
        <p role="status" className="plnb-mod-spoken">
          {said}
        </p>
      </div>
    </PanelContext.Provider>
  );
}

function Way({ onTab }: { onTab: (tab: Tab) => void }): React.JSX.Element {
  const { course, view, trans } = usePanel();
  const stations = React.useMemo(() => routeOf(course, view), [course, view]);
  return (
    <>
      <Next stations={stations} />
      {isNew(view) ? (
        <div className="plnb-Hello">
          <p>{trans.__('New here? If you say what you like, what is suggested can fit you better.')}</p>
          <button type="button" className="plnb-Button" onClick={() => onTab('me')}>
            {trans.__('Tell about me')}
          </button>
        </div>
      ) : null}
      <CameBack />
      <Wish stations={stations} />
      <CourseMap stations={stations} />
    </>
  );
}

function isNew({ profile, records }: StudentView): boolean {
  return !records.length && !profile.interests.length && !profile.formats.length && !profile.access.length;
}

function Head({ view, trans }: IPanel): React.JSX.Element {
  const done = view.report.units.reduce((sum, unit) => sum + unit.done, 0);
  const steps = view.report.units.reduce((sum, unit) => sum + unit.steps, 0);
  return (
    <header className="plnb-Head">
      <p className="plnb-Head-title">{view.title}</p>
      {steps ? (
        <>
          <div className="plnb-Bar" aria-hidden="true">
            <span style={{ width: `${(100 * done) / steps}%` }} />
          </div>
          <p className="plnb-Quiet">{trans.__('%1 of %2 steps on your way are done', done, steps)}</p>
        </>
      ) : null}
    </header>
  );
}

function Tabs({
  tab,
  onTab,
  trans,
  due
}: {
  tab: Tab;
  onTab: (tab: Tab) => void;
  trans: TranslationBundle;
  due: boolean;
}): React.JSX.Element {
  const tabs: { id: Tab; label: string; icon: IconName }[] = [
    { id: 'path', label: trans.__('Path'), icon: 'split' },
    { id: 'skills', label: trans.__('Skills'), icon: due ? 'bell' : 'data' },
    { id: 'goals', label: trans.__('Goals'), icon: 'flag' },
    { id: 'me', label: trans.__('Me'), icon: 'pen' }
  ];
  // One stop for the Tab key; arrows move between tabs, as in every tab list.
  const move = (event: React.KeyboardEvent): void => {
    const at = tabs.findIndex(each => each.id === tab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (next) {
      event.preventDefault();
      onTab(next.id);
      document.getElementById(`plnb-tab-${next.id}`)?.focus();
    }
  };
  return (
    <div role="tablist" className="plnb-Tabs" aria-label={trans.__('My path')} onKeyDown={move}>
      {tabs.map(({ id, label, icon }) => (
        <button
          key={id}
          type="button"
          role="tab"
          id={`plnb-tab-${id}`}
          aria-selected={id === tab}
          aria-controls="plnb-tabpanel"
          tabIndex={id === tab ? 0 : -1}
          onClick={() => onTab(id)}
        >
          <Icon name={icon} />
          {label}
          {id === 'skills' && due ? <span className="plnb-mod-spoken">{trans.__('(something to look at again)')}</span> : null}
        </button>
      ))}
    </div>
  );
}
