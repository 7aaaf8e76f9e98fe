/**
 * Hides cells of a notebook widget without touching the file: not drawn, not entered by key, not part of what a command works on.
 *
 * JupyterLab has no word for this. `setHidden` alone is undone by core (folding headings, moving cells), so each cell's own is wrapped;
 * what was tried instead is in docs/decisions/0013-hidden-cells.md.
 */
import { type Cell, MarkdownCell } from '@jupyterlab/cells';
import type { Notebook } from '@jupyterlab/notebook';

interface IState {
  /** We hide it. */
  hide: boolean;
  /** Core wants it hidden, for a folded heading. */
  wanted: boolean;
}

export class Hiding {
  constructor(private readonly notebook: Notebook) {
    notebook.stateChanged.connect(this._onState, this);
    this._leaveOutOfSelections();
  }

  isHidden(cell: Cell): boolean {
    return this._states.get(cell)?.hide ?? false;
  }

  /** Hide exactly the cells for which `hide` says so. */
  apply(hide: (cell: Cell) => boolean): void {
    for (const cell of this.notebook.widgets) {
      const wish = hide(cell);
      // Cells that were never hidden need no wrapping.
      const state = this._states.get(cell) ?? (wish ? this._wrap(cell) : undefined);
      if (state && state.hide !== wish) {
        state.hide = wish;
        cell.toggleClass('plnb-hidden', wish);
        cell.setHidden(state.wanted);
      }
    }
    this._redirect(-1);
  }

  dispose(): void {
    this.notebook.stateChanged.disconnect(this._onState, this);
  }

  private _wrap(cell: Cell): IState {
    const state: IState = { hide: false, wanted: cell.isHidden };
    const setHidden = cell.setHidden.bind(cell);
    cell.setHidden = hidden => {
      state.wanted = hidden;
      setHidden(hidden || state.hide);
    };
    if (cell instanceof MarkdownCell) {
      // The table of contents. The original must run all the same: core waits for its answer.
      const getHeadings = cell.getHeadings.bind(cell);
      cell.getHeadings = async () => {
        const headings = await getHeadings();
        return state.hide ? [] : headings;
      };
    }
    this._states.set(cell, state);
    return state;
  }

  /** A range drawn with Shift+J goes over hidden cells; what is then deleted, cut, copied or merged must not. */
  private _leaveOutOfSelections(): void {
    const { notebook } = this;
    const isSelectedOrActive = notebook.isSelectedOrActive.bind(notebook);
    notebook.isSelectedOrActive = cell => !this.isHidden(cell) && isSelectedOrActive(cell);
  }

  private _onState(_: Notebook, change: { name: string; oldValue: unknown; newValue: unknown }): void {
    // Not `activeCellChanged`: listeners connected after ours would see the visible cell first and the hidden one last.
    if (change.name === 'activeCellIndex') {
      this._redirect(Number(change.newValue) >= Number(change.oldValue) ? 1 : -1);
    }
  }

  /** Nobody enters a hidden cell: go on to the nearest one that is there, in the direction of travel. */
  private _redirect(direction: 1 | -1): void {
    const { notebook } = this;
    const cell = notebook.activeCell;
    if (!cell || !this.isHidden(cell)) {
      return;
    }
    const { widgets, activeCellIndex: from } = notebook;
    const below = widgets.findIndex((each, place) => place > from && !each.isHidden);
    const before = widgets.slice(0, from).reverse().findIndex(each => !each.isHidden);
    const above = before < 0 ? -1 : from - 1 - before;
    const [first, second] = direction > 0 ? [below, above] : [above, below];
    notebook.activeCellIndex = first >= 0 ? first : Math.max(second, 0);
    if (cell instanceof MarkdownCell && notebook.mode === 'edit') {
      // Core has opened its editor on the way in.
      cell.rendered = true;
    }
  }

  private readonly _states = new WeakMap<Cell, IState>();
}
