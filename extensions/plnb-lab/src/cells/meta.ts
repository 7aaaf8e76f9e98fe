/**
 * What a cell's and a notebook's metadata say, read with care: a file may hold anything.
 *
 * Knows no widget. The types are the Python models' (`schema.ts`); what does not fit them is as good as not there.
 */
import type { CellMeta, CheckCell } from '../schema';

/** What is read of cell and notebook models, so that these functions need no JupyterLab. */
export interface IMetadata {
  getMetadata(key: string): unknown;
}

type Raw = Readonly<Record<string, unknown>>;

/** nbgrader's key of a cell, as far as we read it. */
export interface IGrader {
  readonly id: string;
  readonly grade: boolean;
  readonly solution: boolean;
  readonly locked: boolean;
  readonly task: boolean;
  readonly points: number;
  /** Of the cell as it was released. */
  readonly checksum: string;
}

export function isRecord(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const isLabels = (value: unknown): value is Record<string, string> => isRecord(value) && Object.values(value).every(isText);
const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

/** Whether what is there fits; what is left out, or null, always does. */
function may<T>(value: unknown, fits: (value: unknown) => value is T): boolean {
  return value === undefined || value === null || fits(value);
}

const isOption = (value: unknown): value is Raw =>
  isRecord(value) &&
  isText(value.id) &&
  isText(value.title) &&
  may(value.about, isText) &&
  may(value.minutes, isNumber) &&
  may(value.format, isText) &&
  may(value.interests, isTexts);

const isOptions = (value: unknown): value is Raw[] => Array.isArray(value) && value.length > 0 && value.every(isOption);

const WIDGETS = ['choice', 'multiple', 'number', 'text', 'ordering'];
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const ROLES: Readonly<Record<CellMeta['role'], (raw: Raw) => boolean>> = {
  explain: () => true,
  example: () => true,
  practice: () => true,
  hint: () => true,
  check: isCheck,
  probe: isCheck,
  challenge: isCheck,
  fork: raw => isText(raw.id) && isText(raw.prompt) && may(raw.pick, isNumber) && isOptions(raw.options),
  gate: raw => isText(raw.id) && may(raw.soft, isFlag),
  reflect: isReflection,
  goal: isReflection,
  response: raw =>
    isText(raw.widget) &&
    WIDGETS.includes(raw.widget) &&
    isText(raw.name) &&
    NAME.test(raw.name) &&
    may(raw.options, isTexts) &&
    may(raw.labels, isLabels) &&
    may(raw.unit, isText) &&
    may(raw.prompt, isText),
  vary: raw => isText(raw.name) && NAME.test(raw.name) && may(raw.variants, isNumber)
};

function isCheck(raw: Raw): boolean {
  return may(raw.hints, isTexts);
}

function isReflection(raw: Raw): boolean {
  return isText(raw.id) && may(raw.prompt, isText);
}

/** The `plnb` key of a cell, or null where it has none that can be read. */
export function readCellMeta(model: IMetadata): CellMeta | null {
  const raw = model.getMetadata('plnb');
  if (!isRecord(raw) || !may(raw.branch, isText) || !may(raw.standards, isTexts) || !may(raw.minutes, isNumber)) {
    return null;
  }
  const role = raw.role;
  const fits = isText(role) && Object.hasOwn(ROLES, role) ? ROLES[role as CellMeta['role']] : null;
  return fits?.(raw) ? (raw as unknown as CellMeta) : null;
}

/** nbgrader's key of a cell, or null where it has none. */
export function readGrader(model: IMetadata): IGrader | null {
  const raw = model.getMetadata('nbgrader');
  if (!isRecord(raw) || !isText(raw.grade_id) || raw.grade_id === '') {
    return null;
  }
  return {
    id: raw.grade_id,
    grade: raw.grade === true,
    solution: raw.solution === true,
    locked: raw.locked === true,
    task: raw.task === true,
    points: isNumber(raw.points) ? raw.points : 0,
    checksum: isText(raw.checksum) ? raw.checksum : ''
  };
}

/** A check that the kernel decides: tests, and nothing of the student's in the same cell. */
export function isAutomatic(grader: IGrader | null): grader is IGrader {
  return grader !== null && grader.grade && !grader.solution && !grader.task;
}

/** A check that a person decides. */
export function isManual(grader: IGrader | null): grader is IGrader {
  return grader !== null && (grader.task || (grader.grade && grader.solution));
}

export function isCheckCell(meta: CellMeta | null): meta is CheckCell {
  return meta !== null && (meta.role === 'check' || meta.role === 'probe' || meta.role === 'challenge');
}

/** Options taken, by fork. */
export type Choices = Readonly<Record<string, readonly string[]>>;

/** The choices in a notebook's metadata. */
export function readChoices(notebook: IMetadata): Choices {
  const choices = plnbOf(notebook).choices;
  return Object.fromEntries(Object.entries(isRecord(choices) ? choices : {}).filter(([, options]) => isTexts(options))) as Choices;
}

/** When they were taken, by fork: a choice made elsewhere holds where it is the later one. */
export function readChosenAt(notebook: IMetadata): Readonly<Record<string, string>> {
  const times = plnbOf(notebook).chosen_at;
  return isLabels(times) ? times : {};
}

/** Soft gates the student went past, in a notebook's metadata: also where no server keeps records. */
export function readGatesPassed(notebook: IMetadata): readonly string[] {
  const passed = plnbOf(notebook).gates_passed;
  return isTexts(passed) ? passed : [];
}

/** Our key of a notebook. */
export function plnbOf(notebook: IMetadata): Raw {
  const raw = notebook.getMetadata('plnb');
  return isRecord(raw) ? raw : {};
}
