/** Which cards a cell gets: from what is written about it, and nothing else. */
import type { Cell } from '@jupyterlab/cells';

import type { CellMeta } from '../../schema';
import type { Card, IHost } from '../host';
import { type IGrader, isAutomatic, isCheckCell } from '../meta';
import { CheckCard } from './check';
import { ChipsCard } from './chips';
import { ForkCard } from './fork';
import { GateCard } from './gate';
import { ReflectCard } from './reflect';
import { ResponseCard } from './response';

/** What is written about a cell. */
export interface IKnown {
  readonly meta: CellMeta | null;
  readonly grader: IGrader | null;
}

/** Roles that bring a card of their own. */
const CARD_ROLES: ReadonlySet<string> = new Set(['fork', 'gate', 'reflect', 'goal', 'response']);

/** Whether `makeCards` may give a card; cheap, for it is asked of every cell. */
export function hasCard({ meta, grader }: IKnown): boolean {
  return isAutomatic(grader) || isCheckCell(meta) || (meta !== null && (CARD_ROLES.has(meta.role) || (meta.standards?.length ?? 0) > 0));
}

export function makeCards(host: IHost, cell: Cell, { meta, grader }: IKnown): readonly Card[] {
  if (grader && isAsked(grader)) {
    return [new CheckCard(host, cell, meta, grader)];
  }
  switch (meta?.role) {
    case 'fork':
      return [new ForkCard(host, cell, meta)];
    case 'gate':
      return [new GateCard(host, cell, meta)];
    case 'reflect':
    case 'goal':
      return cell.model.type === 'markdown' ? [new ReflectCard(host, cell, meta)] : [];
    case 'response':
      return cell.model.type === 'code' ? [new ResponseCard(host, cell, meta)] : [];
  }
  if (grader && isCheckCell(meta)) {
    return [new CheckCard(host, cell, meta, grader)];
  }
  return meta?.standards?.length ? [new ChipsCard(host, cell, meta.standards)] : [];
}

function isAsked({ grade, task, solution }: IGrader): boolean {
  return (grade || task) && !solution;
}
