/** The overview of a course, in the main area: draws the model. It holds which view is in front and which step is open. */
import { ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import { Notice } from '../../panels/shared';
import type { Edit, Preview } from '../../schema';
import { problemWords } from '../../words';
import { CoverageTable } from './coverage';
import { Findings } from './findings';
import { CourseMap } from './map';
import type { OverviewModel } from './model';
import { stops } from './places';
import { PreviewForm } from './preview';
import { Button, type IOverview, OverviewContext, pointSpan, timeSpan, type View } from './shared';
import { Standards } from './standards';
import { Ways } from './ways';

/** What the overview asks of the rest of the application. */
export interface IDoors {
  open(path: string, cell: number | null): void;
  /** Show a preview that was made. */
  preview(made: Preview): void;
}

export class OverviewWidget extends ReactWidget {
  constructor(
    readonly model: OverviewModel,
    private readonly doors: IDoors,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('plnb-Overview');
    this.model.changed.connect(this._redraw, this);
  }

  override dispose(): void {
    this.model.changed.disconnect(this._redraw, this);
    super.dispose();
  }

  protected override render(): React.JSX.Element {
    return <Whole model={this.model} doors={this.doors} trans={this.trans} />;
  }

  private _redraw(): void {
    this.update();
  }
}

function Whole({ model, doors, trans }: { model: OverviewModel; doors: IDoors; trans: TranslationBundle }): React.JSX.Element {
  const [view, setView] = React.useState<View>('map');
  const [shown, setShown] = React.useState('');
  const [said, setSaid] = React.useState('');
  const [asking, setAsking] = React.useState(false);
  const asker = React.useRef<HTMLDivElement>(null);
  const { course, problem } = model;
  const words = problem && { ...problemWords(trans, problem), ...(problem.message ? { text: problem.message, mend: problem.hint } : {}) };
  const notice = (
    <div role="alert" className="plnb-Notices">
      {words ? <Notice {...words} /> : null}
    </div>
  );
  if (!course) {
    return (
      <div className="plnb-Overview-inner">
        <h2>{trans.__('Course overview')}</h2>
        {words ? notice : <p className="plnb-Quiet">{trans.__('Reading the course…')}</p>}
      </div>
    );
  }
  const edit = async (wanted: Edit, text: string): Promise<boolean> => {
    const done = await model.edit(wanted);
    setSaid(done ? text : '');
    return done;
  };
  const show = (step: string): void => {
    setView('map');
    setShown(step);
    requestAnimationFrame(() => {
      const row = document.querySelector<HTMLElement>(`.plnb-Overview [data-plnb-step="${CSS.escape(step)}"]`);
      row?.scrollIntoView({ block: 'nearest' });
      row?.querySelector<HTMLElement>('.plnb-Title')?.focus();
    });
  };
  const context: IOverview = { model, course, remarks: model.remarks, trans, edit, say: setSaid, open: doors.open, show, shown, setShown };
  const serious = model.remarks?.filter(each => each.finding.severity !== 'advice').length;
  const tabs: { id: View; label: string }[] = [
    { id: 'map', label: trans.__('Map') },
    { id: 'coverage', label: trans.__('What is checked where') },
    { id: 'standards', label: trans.__('Standards') },
    { id: 'ways', label: trans.__('Time and points') },
    { id: 'findings', label: serious ? trans.__('Findings (%1)', serious) : trans.__('Findings') }
  ];
  return (
    <OverviewContext.Provider value={context}>
      <div className="plnb-Overview-inner" aria-busy={model.busy}>
        <header className="plnb-Overview-head">
          <div>
            <h2>{course.title}</h2>
            <p className="plnb-Step-facts">
              <span>{trans._n('%1 unit', '%1 units', course.units.length)}</span>
              <span>{trans._n('%1 activity', '%1 activities', stops(course).length)}</span>
              <span>{timeSpan(trans, course.minutes)}</span>
              <span>{pointSpan(trans, course.points)}</span>
            </p>
          </div>
          <div className="plnb-Tools" ref={asker}>
            <Button
              icon="back"
              label={trans.__('Undo')}
              disabled={!model.canUndo || model.busy}
              onClick={async () => setSaid((await model.undo()) ? trans.__('Undone.') : '')}
            />
            <Button icon="here" strong label={trans.__('Preview as a student')} onClick={() => setAsking(!asking)} />
          </div>
        </header>
        {notice}
        <p role="status" className="plnb-Quiet plnb-Overview-said">
          {said}
        </p>
        {asking ? (
          <PreviewForm
            onMade={made => {
              setAsking(false);
              doors.preview(made);
            }}
            onClose={() => {
              setAsking(false);
              asker.current?.querySelector<HTMLElement>('.plnb-mod-strong')?.focus();
            }}
          />
        ) : null}
        <Tabs tabs={tabs} view={view} label={trans.__('Course overview')} onView={setView} />
        <div role="tabpanel" id="plnb-overview-view" tabIndex={-1} aria-labelledby={`plnb-overview-${view}`}>
          {view === 'map' ? <CourseMap /> : null}
          {view === 'coverage' ? <CoverageTable /> : null}
          {view === 'standards' ? <Standards /> : null}
          {view === 'ways' ? <Ways /> : null}
          {view === 'findings' ? <Findings /> : null}
        </div>
      </div>
    </OverviewContext.Provider>
  );
}

function Tabs({
  tabs,
  view,
  label,
  onView
}: {
  tabs: readonly { id: View; label: string }[];
  view: View;
  label: string;
  onView: (view: View) => void;
}): React.JSX.Element {
  const move = (event: React.KeyboardEvent): void => {
    const at = tabs.findIndex(each => each.id === view);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (next) {
      event.preventDefault();
      onView(next.id);
      document.getElementById(`plnb-overview-${next.id}`)?.focus();
    }
  };
  return (
    <div role="tablist" className="plnb-Overview-tabs" aria-label={label} onKeyDown={move}>
      {tabs.map(each => (
        <button
          key={each.id}
          type="button"
          role="tab"
          id={`plnb-overview-${each.id}`}
          aria-selected={each.id === view}
          aria-controls="plnb-overview-view"
          tabIndex={each.id === view ? 0 : -1}
          onClick={() => onView(each.id)}
        >
          {each.label}
        </button>
      ))}
    </div>
  );
}
