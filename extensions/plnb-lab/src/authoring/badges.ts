/** A badge on each cell of a source notebook: what it is for, what it is about, what it is worth, and whether lint says something of it. */
import type { Cell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import { PanelLayout, Widget } from '@lumino/widgets';

import { h, icon } from '../cells/dom';
import type { LiveFinding } from '../schema';
import { gradeIdOf, type ICell, isGraded, kindOf, metaOf, pointsOf } from './facts';
import type { AuthoringModel } from './model';
import { kindWord, roleWord, severityWord } from './words';
import { readCell } from './writer';

class Badge extends Widget {
  constructor() {
    super();
    this.addClass('plnb-Badge');
  }

  /** Draw it, if it is not drawn already. */
  tell(key: string, draw: () => readonly Node[]): void {
    if (key !== this._drawn) {
      this._drawn = key;
      this.node.replaceChildren(...draw());
    }
  }

  private _drawn = '';
}

export class Badges {
  constructor(
    private readonly model: AuthoringModel,
    private readonly trans: TranslationBundle
  ) {
    model.marked.connect((_, panel) => this._mark(panel));
  }

  private _mark(panel: NotebookPanel): void {
    const findings = new Map<string, LiveFinding[]>();
    for (const finding of this.model.findingsOf(panel)) {
      findings.set(finding.cell_id, [...(findings.get(finding.cell_id) ?? []), finding]);
    }
    for (const cell of panel.content.widgets) {
      const facts = readCell(cell.model);
      const own = findings.get(cell.model.id) ?? [];
      if (this._badges.has(cell) || own.length || facts.plnb !== undefined || facts.nbgrader !== undefined) {
        void this._show(cell, facts, own);
      }
    }
  }

  private async _show(cell: Cell, facts: ICell, findings: readonly LiveFinding[]): Promise<void> {
    let badge = this._badges.get(cell);
    if (!badge) {
      badge = new Badge();
      this._badges.set(cell, badge);
      // A cell far away gets its badge when JupyterLab draws it.
      await cell.ready;
      if (cell.isDisposed || !(cell.layout instanceof PanelLayout)) {
        return;
      }
      cell.layout.insertWidget(1, badge);
    }
    const parts = this._parts(facts);
    const key = JSON.stringify([parts, findings.map(({ severity, message }) => [severity, message])]);
    badge.tell(key, () => [
      ...parts.map(({ kind, text }) => h('span', { class: `plnb-Badge-part plnb-mod-${kind}` }, text)),
      ...findings.slice(0, 1).map(({ severity, message }) =>
        h(
          'span',
          { class: `plnb-Badge-part plnb-mod-${severity}`, title: findings.map(each => each.message).join('\n') },
          icon('broke'),
          findings.length > 1 ? this.trans.__('%1 findings', findings.length) : severityWord(this.trans, severity),
          h('span', { class: 'plnb-mod-spoken' }, `: ${message}`)
        )
      )
    ]);
    badge.node.hidden = parts.length === 0 && findings.length === 0;
  }

  private _parts(cell: ICell): { kind: string; text: string }[] {
    const { trans } = this;
    const meta = metaOf(cell);
    const kind = kindOf(cell);
    const parts = [];
    if (meta) {
      parts.push({ kind: 'role', text: roleWord(trans, meta.role) });
    } else if (cell.plnb !== undefined) {
      parts.push({ kind: 'role', text: trans.__('Role cannot be read') });
    }
    if (kind !== 'none') {
      const points = isGraded(cell) ? ` · ${trans._n('%1 point', '%1 points', pointsOf(cell))}` : '';
      parts.push({ kind: 'nbgrader', text: `${kindWord(trans, kind)} · ${gradeIdOf(cell)}${points}` });
    }
    parts.push(...(meta?.standards ?? []).map(code => ({ kind: 'standard', text: code })));
    if (meta?.branch) {
      parts.push({ kind: 'branch', text: trans.__('only on %1', meta.branch) });
    }
    return parts;
  }

  private readonly _badges = new WeakMap<Cell, Badge>();
}
