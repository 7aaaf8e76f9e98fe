/** One-click mends: what a finding's mend changes. Pure. */
import type { LiveFinding, Mend } from '../schema';
import { type ICell, type IChange, metaOf, rename, setFields, setGrader, setRole, standardsOf, type Names } from './facts';

/** The changes of a mend; none where the cell is gone, or is no longer what it was. `choice` is the code taken for an unknown standard. */
export function mend(cells: readonly ICell[], finding: LiveFinding, how: Mend, names: Names, choice = ''): IChange[] {
  const cell = cells.find(each => each.id === finding.cell_id);
  if (!cell) {
    return [];
  }
  switch (how.kind) {
    case 'grade-id':
      return setGrader([cell], { grade_id: how.text });
    case 'id':
      return rename(cells, cell.id, how.text);
    case 'tags':
      return [{ id: cell.id, set: { tags: how.texts.length ? how.texts : undefined } }];
    case 'lock':
      return setGrader([cell], { locked: true });
    case 'points':
      return setGrader([cell], { points: Number(how.text) });
    case 'role':
      return setRole([cell], 'check', names);
    case 'branch':
      return setFields([cell], { branch: how.text });
    case 'standard':
      return choice ? setFields([cell], { standards: [...new Set(standardsOf(cell).map(code => (code === how.text ? choice : code)))] }) : [];
    case 'empty': {
      const meta = metaOf(cell);
      if (!meta || !('hints' in meta || 'misconceptions' in meta)) {
        return [];
      }
      return setFields([cell], {
        hints: (meta.hints ?? []).filter(hint => hint.trim()),
        misconceptions: (meta.misconceptions ?? []).filter(each => each.say.trim())
      });
    }
  }
}

