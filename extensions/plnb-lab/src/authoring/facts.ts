/**
 * Cells as their author looks at them, and the changes that an author's choices make to their metadata. Pure: no widget, no notebook.
 *
 * A change says whole values of the three keys it touches (ours, nbgrader's, the tags); whoever applies it does all of them at once.
 */
import { isRecord, readCellMeta } from '../cells/meta';
import { CELL_SCHEMA_VERSION, type CellMeta } from '../schema';

export type CellType = 'code' | 'markdown' | 'raw';

type Raw = Readonly<Record<string, unknown>>;

/** A cell, as far as authoring goes. */
export interface ICell {
  readonly id: string;
  readonly type: CellType;
  readonly source: string;
  /** Our key as it stands in the file; undefined where there is none. */
  readonly plnb: unknown;
  readonly nbgrader: unknown;
  readonly tags: readonly string[];
}

/** New values for a cell; a key that is there with undefined is taken away. */
export interface IChange {
  readonly id: string;
  readonly set: { readonly plnb?: Raw | undefined; readonly nbgrader?: Raw | undefined; readonly tags?: readonly string[] | undefined };
}

export type Role = CellMeta['role'];

/** nbgrader's cell types, in its own order. */
export type Kind = 'none' | 'manual' | 'task' | 'answer' | 'tests' | 'locked';

const KINDS: Readonly<Record<Exclude<Kind, 'none'>, Raw>> = {
  manual: { grade: true, solution: true, locked: false, task: false },
  task: { grade: false, solution: false, locked: true, task: true },
  answer: { grade: false, solution: true, locked: false, task: false },
  tests: { grade: true, solution: false, locked: true, task: false },
  locked: { grade: false, solution: false, locked: true, task: false }
};

export const CHECK_ROLES: readonly Role[] = ['check', 'probe', 'challenge'];
const PROSE_ROLES: readonly Role[] = ['explain', 'example', 'practice', 'hint'];

/** Roles a cell of this type can have. */
export function rolesFor(type: CellType): readonly Role[] {
  switch (type) {
    case 'markdown':
      return [...PROSE_ROLES, ...CHECK_ROLES, 'fork', 'gate', 'reflect', 'goal'];
    case 'code':
      return [...PROSE_ROLES, ...CHECK_ROLES, 'response', 'vary'];
    case 'raw':
      return PROSE_ROLES;
  }
}

/** What nbgrader lets a cell of this type be. */
export function kindsFor(type: CellType): readonly Kind[] {
  switch (type) {
    case 'markdown':
      return ['none', 'manual', 'task', 'locked'];
    case 'code':
      return ['none', 'manual', 'answer', 'tests', 'locked'];
    case 'raw':
      return ['none', 'locked'];
  }
}

export function metaOf(cell: ICell): CellMeta | null {
  return readCellMeta({ getMetadata: key => (key === 'plnb' ? cell.plnb : undefined) });
}

export function roleOf(cell: ICell): Role | '' {
  return metaOf(cell)?.role ?? '';
}

export function kindOf(cell: ICell): Kind {
  const raw = cell.nbgrader;
  if (!isRecord(raw)) {
    return 'none';
  }
  if (raw.task === true) {
    return 'task';
  }
  if (raw.grade === true) {
    return raw.solution === true ? 'manual' : 'tests';
  }
  return raw.solution === true ? 'answer' : raw.locked === true ? 'locked' : 'none';
}

export function isGraded(cell: ICell): boolean {
  return ['tests', 'manual', 'task'].includes(kindOf(cell));
}

export function gradeIdOf(cell: ICell): string {
  return isRecord(cell.nbgrader) && typeof cell.nbgrader.grade_id === 'string' ? cell.nbgrader.grade_id : '';
}

export function pointsOf(cell: ICell): number {
  return isRecord(cell.nbgrader) && typeof cell.nbgrader.points === 'number' ? cell.nbgrader.points : 0;
}

export function standardsOf(cell: ICell): readonly string[] {
  return metaOf(cell)?.standards ?? [];
}

/** An id like `wish` that nobody has: the rule of `plnb.core.names`. */
export function freeName(wish: string, taken: ReadonlySet<string>): string {
  const plain = wish.replace(/[^A-Za-z0-9_-]+/g, '_').replace(/^_+|_+$/g, '').slice(0, 60) || 'cell';
  if (!taken.has(plain)) {
    return plain;
  }
  const stem = plain.replace(/[-_]?\d+$/, '') || plain;
  for (let number = 2; ; number++) {
    if (!taken.has(`${stem}_${number}`)) {
      return `${stem}_${number}`;
    }
  }
}

/** Names in use: nbgrader's within the notebook, ours within the course, and Python's that answers are assigned to. */
export class Names {
  constructor(cells: readonly ICell[], elsewhere: readonly string[] = []) {
    for (const cell of cells) {
      this.grades.add(gradeIdOf(cell));
      const meta = metaOf(cell);
      if (meta && 'id' in meta) {
        this.ids.add(meta.id);
      }
      for (const [, name = ''] of cell.source.matchAll(/^\s*([A-Za-z_]\w*)\s*=(?!=)/gm)) {
        this.variables.add(name);
      }
      for (const [, name = ''] of cell.source.matchAll(/^\s*def\s+([A-Za-z_]\w*)/gm)) {
        this.variables.add(name);
      }
    }
    elsewhere.forEach(id => this.ids.add(id));
  }

  grade(wish: string): string {
    return taken(this.grades, wish);
  }

  id(wish: string): string {
    return taken(this.ids, wish);
  }

  variable(wish: string): string {
    return taken(this.variables, wish);
  }

  private readonly grades = new Set<string>();
  private readonly ids = new Set<string>();
  private readonly variables = new Set<string>();
}

function taken(names: Set<string>, wish: string): string {
  const name = freeName(wish, names);
  names.add(name);
  return name;
}

/** The tags that show our key to people, among the cell's own: the rule of `plnb.core.lint.reading`. */
export function mirrored(tags: readonly string[], plnb: Raw | undefined): readonly string[] {
  const own = tags.filter(tag => !tag.startsWith('std:') && !tag.startsWith('plnb-branch:'));
  const standards = Array.isArray(plnb?.standards) ? [...new Set(plnb.standards as string[])] : [];
  const branch = typeof plnb?.branch === 'string' && plnb.branch ? [`plnb-branch:${plnb.branch.replace('/', '-')}`] : [];
  return [...own, ...standards.map(code => `std:${code}`), ...branch];
}

/** Our key written as everywhere: version and role first, nothing that says nothing. */
function written(role: Role, fields: Raw): Raw {
  const said = Object.entries(fields).filter(
    ([key, value]) =>
      key !== 'schema_version' && key !== 'role' && value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && !value.length)
  );
  return { schema_version: CELL_SCHEMA_VERSION, role, ...Object.fromEntries(said) };
}

function change(cell: ICell, plnb: Raw | undefined, nbgrader?: Raw): IChange {
  const tags = mirrored(cell.tags, plnb);
  const same = tags.length === cell.tags.length && tags.every((tag, at) => tag === cell.tags[at]);
  return { id: cell.id, set: { plnb, ...(nbgrader ? { nbgrader } : {}), ...(same ? {} : { tags: tags.length ? tags : undefined }) } };
}

const COMMON = ['standards', 'minutes', 'branch'];

const FIELDS: Readonly<Partial<Record<Role, readonly string[]>>> = {
  check: ['hints', 'misconceptions', 'mixed', 'fresh'],
  probe: ['hints', 'misconceptions', 'mixed', 'fresh'],
  challenge: ['hints', 'misconceptions', 'mixed', 'fresh'],
  fork: ['id', 'prompt', 'pick', 'options'],
  gate: ['id', 'opens_when', 'soft'],
  reflect: ['id', 'prompt'],
  goal: ['id', 'prompt'],
  response: ['widget', 'name', 'prompt', 'options', 'unit'],
  vary: ['name', 'variants']
};

/** Give cells a role, and nbgrader's type with it where the role needs one. An empty role takes our key away. */
export function setRole(cells: readonly ICell[], role: Role | '', names: Names): IChange[] {
  return cells.map(cell => {
    if (role === '') {
      return change(cell, undefined);
    }
    const old: Raw = isRecord(cell.plnb) ? cell.plnb : {};
    const kept = new Set([...COMMON, ...(FIELDS[role] ?? [])]);
    const fields: Record<string, unknown> = Object.fromEntries(Object.entries(old).filter(([key]) => kept.has(key)));
    const plnb = written(role, { ...needed(role, cell, fields, names), ...fields });
    if (CHECK_ROLES.includes(role) && !isGraded(cell)) {
      return change(cell, plnb, graderOf(cell, cell.type === 'code' ? 'tests' : 'manual', names, role === 'probe' ? 0 : 1));
    }
    if (role === 'response' && kindOf(cell) !== 'answer') {
      return change(cell, plnb, graderOf(cell, 'answer', names));
    }
    return change(cell, plnb);
  });
}

/** What a role cannot do without. */
function needed(role: Role, cell: ICell, fields: Raw, names: Names): Raw {
  switch (role) {
    case 'fork': {
      const options = [
        { id: 'first', title: 'First way' },
        { id: 'second', title: 'Second way' }
      ];
      return {
        ...('id' in fields ? {} : { id: names.id('fork') }),
        prompt: 'Which way would you like to go?',
        ...(Array.isArray(fields.options) && fields.options.length && isRecord(fields.options[0]) ? {} : { options })
      };
    }
    case 'gate':
      return 'id' in fields ? {} : { id: names.id('gate') };
    case 'reflect':
      return 'id' in fields ? {} : { id: names.id('reflection') };
    case 'goal':
      return 'id' in fields ? {} : { id: names.id('goal') };
    case 'response':
      return { widget: 'text', name: /^\s*([A-Za-z_]\w*)\s*=(?!=)/m.exec(cell.source)?.[1] ?? names.variable('answer') };
    case 'vary':
      return { name: /^([A-Za-z_]\w*)[ \t]*=[ \t]*[1-9]\d{0,3}[ \t]*(#.*)?$/m.exec(cell.source)?.[1] ?? names.variable('variant') };
    default:
      return {};
  }
}

/** Set fields of our key; a value that says nothing takes the field away. Cells without our key get a role that fits them. */
export function setFields(cells: readonly ICell[], fields: Raw): IChange[] {
  return cells.map(cell => {
    const old: Raw = isRecord(cell.plnb) ? cell.plnb : {};
    const role = typeof old.role === 'string' ? (old.role as Role) : isGraded(cell) ? 'check' : 'explain';
    return change(cell, written(role, { ...old, ...fields }));
  });
}

export function addStandard(cells: readonly ICell[], code: string): IChange[] {
  return cells
    .filter(cell => !standardsOf(cell).includes(code))
    .flatMap(cell => setFields([cell], { standards: [...standardsOf(cell), code] }));
}

export function removeStandard(cells: readonly ICell[], code: string): IChange[] {
  return cells
    .filter(cell => standardsOf(cell).includes(code))
    .flatMap(cell => setFields([cell], { standards: standardsOf(cell).filter(each => each !== code) }));
}

/** Make cells one of nbgrader's types. A type the cell's own type does not allow changes nothing. */
export function setKind(cells: readonly ICell[], kind: Kind, names: Names): IChange[] {
  return cells
    .filter(cell => kindsFor(cell.type).includes(kind))
    .map(cell => {
      if (kind === 'none') {
        return { id: cell.id, set: { nbgrader: undefined } };
      }
      const nbgrader = graderOf(cell, kind, names, roleOf(cell) === 'probe' ? 0 : 1);
      const graded = kind === 'tests' || kind === 'manual' || kind === 'task';
      // A cell that is graded is a check: without a role it would be evidence of nothing.
      return graded && cell.plnb === undefined
        ? change(cell, written('check', {}), nbgrader)
        : { id: cell.id, set: { nbgrader } };
    });
}

const WISHES: Readonly<Record<Kind, string>> = { none: 'cell', manual: 'essay', task: 'task', answer: 'answer', tests: 'check', locked: 'given' };

function graderOf(cell: ICell, kind: Exclude<Kind, 'none'>, names: Names, points = 1): Raw {
  const old: Raw = isRecord(cell.nbgrader) ? cell.nbgrader : {};
  const graded = kind === 'tests' || kind === 'manual' || kind === 'task';
  return {
    ...KINDS[kind],
    grade_id: gradeIdOf(cell) || names.grade(WISHES[kind]),
    ...(graded ? { points: typeof old.points === 'number' ? old.points : points } : {}),
    schema_version: 3
  };
}

/** Set nbgrader's points or id; nothing happens to cells that are not nbgrader's. */
export function setGrader(cells: readonly ICell[], fields: { points?: number; grade_id?: string; locked?: boolean }): IChange[] {
  return cells.filter(cell => isRecord(cell.nbgrader)).map(cell => ({ id: cell.id, set: { nbgrader: { ...(cell.nbgrader as Raw), ...fields } } }));
}

/** Branches that forks above offer to a cell: `fork/option`. */
export function branchesFor(cells: readonly ICell[], chosen: readonly ICell[]): { ref: string; title: string }[] {
  const first = cells.findIndex(cell => chosen.some(each => each.id === cell.id));
  return cells.slice(0, Math.max(0, first)).flatMap(cell => {
    const meta = metaOf(cell);
    return meta?.role === 'fork' ? meta.options.map(option => ({ ref: `${meta.id}/${option.id}`, title: option.title })) : [];
  });
}

/** What all of them have in common; undefined where they differ or there are none. */
export function common<T>(cells: readonly ICell[], of: (cell: ICell) => T): T | undefined {
  const [first, ...rest] = cells.map(of);
  return rest.every(each => JSON.stringify(each) === JSON.stringify(first)) ? first : undefined;
}

/** Rename a fork, gate or reflection, and the branches that name the fork in the cells below. */
export function rename(cells: readonly ICell[], id: string, name: string): IChange[] {
  const at = cells.findIndex(cell => cell.id === id);
  const cell = cells[at];
  const meta = cell && metaOf(cell);
  if (!cell || !meta || !('id' in meta)) {
    return [];
  }
  const below = cells.slice(at + 1).filter(each => meta.role === 'fork' && metaOf(each)?.branch?.startsWith(`${meta.id}/`));
  return [
    ...setFields([cell], { id: name }),
    ...below.flatMap(each => setFields([each], { branch: `${name}/${metaOf(each)?.branch?.split('/')[1] ?? ''}` }))
  ];
}
