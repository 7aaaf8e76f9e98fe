/**
 * Which cells of a notebook are hidden: those on branches not taken, and those behind a closed gate. Pure.
 *
 * Nothing is hidden for good: a choice can be changed, a gate opens, and the file keeps every cell.
 */
import type { CellMeta } from '../schema';

import type { Choices } from './meta';

/** A cell, as far as hiding goes. */
export interface IPlaced {
  readonly id: string;
  readonly meta: CellMeta | null;
}

/** Ids of the cells that are hidden. */
export function hiddenCells(cells: readonly IPlaced[], choices: Choices, closedGates: ReadonlySet<string>): Set<string> {
  const taken = branches(cells, choices);
  const hidden = new Set<string>();
  let closed: string | null = null;
  let everything = false;
  for (const { id, meta } of cells) {
    const branch = meta?.branch ?? '';
    if (!taken(branch) || everything || (closed !== null && branch === closed)) {
      hidden.add(id);
      continue;
    }
    if (meta?.role === 'gate' && closedGates.has(meta.id)) {
      // A gate on a branch closes the rest of that branch, another one the rest of the notebook.
      closed = branch || closed;
      everything = branch === '';
    }
  }
  return hidden;
}

/** Whether a branch is taken: its option is chosen, at a fork that is itself on the way. A fork nobody knows hides nothing. */
function branches(cells: readonly IPlaced[], choices: Choices): (branch: string) => boolean {
  const forks = new Map<string, string>();
  for (const { meta } of cells) {
    if (meta?.role === 'fork') {
      forks.set(meta.id, meta.branch ?? '');
    }
  }
  const known = new Map<string, boolean>([['', true]]);
  const taken = (branch: string): boolean => {
    const before = known.get(branch);
    if (before !== undefined) {
      return before;
    }
    const [fork = '', option = ''] = branch.split('/');
    const around = forks.get(fork);
    known.set(branch, true); // Forks that lie in each other's branches are a fault of the course, not an endless loop.
    const answer = around === undefined || ((choices[fork]?.includes(option) ?? false) && taken(around));
    known.set(branch, answer);
    return answer;
  };
  return taken;
}
