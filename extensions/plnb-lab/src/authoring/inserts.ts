/** What can be inserted: cells that are valid as they come, with words in them that say what the author is to write. Pure. */
import type { TranslationBundle } from '@jupyterlab/translation';

import { CELL_SCHEMA_VERSION } from '../schema';
import { type ICell, isGraded, kindOf, mirrored, type Names, gradeIdOf, type CellType } from './facts';

export type Insert = 'fork' | 'gate' | 'check' | 'fresh' | 'vary' | 'choice' | 'number' | 'text' | 'ordering' | 'reflection' | 'goal';

export const INSERTS: readonly Insert[] = ['check', 'fresh', 'vary', 'choice', 'number', 'text', 'ordering', 'fork', 'gate', 'reflection', 'goal'];

type Raw = Readonly<Record<string, unknown>>;

/** A cell to be. */
export interface INewCell {
  readonly type: CellType;
  readonly source: string;
  readonly metadata: Raw;
}

/** Where it goes. */
export interface IPlace {
  /** The notebook's cells above the place. */
  readonly above: readonly ICell[];
  readonly names: Names;
  /** The branch of the cell it goes below: what is inserted in a branch belongs to it. */
  readonly branch: string;
  readonly trans: TranslationBundle;
}

export function make(what: Insert, place: IPlace): INewCell[] {
  const { names, trans } = place;
  switch (what) {
    case 'fork':
      return fork(place);
    case 'gate': {
      const last = [...place.above].reverse().find(cell => kindOf(cell) === 'tests' && isGraded(cell));
      const condition = last ? { opens_when: { check: `./${gradeIdOf(last)}` } } : {};
      const text = `## ${trans.__('A place to pause')}\n\n${trans.__('What comes next needs what you did above. Say here what to do if it does not open yet.')}`;
      return [markdown(text, place, { role: 'gate', id: names.id('gate'), ...condition })];
    }
    case 'reflection': {
      const prompt = trans.__('What was new to you here, and what would you like to see once more?');
      return [markdown(`*${trans.__('Double-click here and write.')}*`, place, { role: 'reflect', id: names.id('reflection'), prompt })];
    }
    case 'goal': {
      const prompt = trans.__('What would you like to be able to do at the end?');
      return [markdown(`*${trans.__('Double-click here and write.')}*`, place, { role: 'goal', id: names.id('goal'), prompt })];
    }
    case 'check':
      return check(place);
    case 'fresh':
      return fresh(place);
    case 'vary':
      return vary(place);
    case 'choice':
    case 'number':
    case 'text':
    case 'ordering':
      return response(what, place);
  }
}

function fork(place: IPlace): INewCell[] {
  const { names, trans } = place;
  const id = names.id('fork');
  const options = [
    { id: 'first', title: trans.__('First way') },
    { id: 'second', title: trans.__('Second way') }
  ];
  const list = options.map(({ title }) => `- **${title}**`).join('\n');
  return [
    markdown(`## ${trans.__('Choose your way')}\n\n${list}`, place, {
      role: 'fork',
      id,
      prompt: trans.__('Which way would you like to go?'),
      options
    }),
    ...options.map(option =>
      markdown(`### ${option.title}\n\n${trans.__('Write here what those who choose this way meet.')}`, { ...place, branch: `${id}/${option.id}` }, {
        role: 'explain'
      })
    )
  ];
}

function check(place: IPlace): INewCell[] {
  const { names, trans } = place;
  const name = names.variable('answer');
  return [
    question(place),
    answer(place, name, '6 * 7', '# ' + trans.__('Write your answer in place of None.')),
    tests(
      place,
      name,
      [
        `assert ${name} is not None, ${JSON.stringify(trans.__('Put a number in place of None.'))}`,
        '### BEGIN HIDDEN TESTS',
        `assert ${name} == 42, ${JSON.stringify(trans.__('Say here what to look at again.'))}`,
        '### END HIDDEN TESTS'
      ],
      {}
    )
  ];
}

function fresh(place: IPlace): INewCell[] {
  const { names, trans } = place;
  const name = names.variable('double');
  const solution = ['### BEGIN SOLUTION', `def ${name}(x):`, '    return 2 * x', '### END SOLUTION'].join('\n');
  return [
    question(place),
    code(solution, place, grader(names.grade(`${name}_answer`), 'answer'), {}),
    tests(
      place,
      name,
      [
        'seed = 1',
        'import random',
        '',
        'x = random.Random(seed).randrange(1000)',
        `assert ${name}(x) == x + x, ${JSON.stringify(trans.__('Try your function on numbers of your own.'))}`
      ],
      { fresh: 'seed' }
    )
  ];
}

/** No type of nbgrader's: nbgrader alone would put a read-only cell back to its first numbers, whatever was answered. */
function vary({ names, branch }: IPlace): INewCell[] {
  const [name, chance, a, b] = ['variant', 'chance', 'a', 'b'].map(wish => names.variable(wish)) as [string, string, string, string];
  const given = [a, b].map(each => `${each} = ${chance}.randint(2, 20)`);
  const lines = [`${name} = 1`, 'import random', '', `${chance} = random.Random(${name})`, ...given, `print("${a} =", ${a}, "and ${b} =", ${b})`];
  return [cell('code', lines.join('\n'), { role: 'vary', name, ...(branch ? { branch } : {}) }, null)];
}

function response(widget: 'choice' | 'number' | 'text' | 'ordering', place: IPlace): INewCell[] {
  const { names, trans } = place;
  const name = names.variable(widget === 'ordering' ? 'order' : widget);
  const options = [trans.__('First'), trans.__('Second'), trans.__('Third')];
  const values: Readonly<Record<typeof widget, { value: string; meta: Raw; hint: string; wrong: string }>> = {
    choice: { value: JSON.stringify(options[1]), meta: { options }, hint: trans.__('Choose one.'), wrong: trans.__('Look at the others again.') },
    number: { value: '42', meta: {}, hint: trans.__('Write a number.'), wrong: trans.__('Say here what to look at again.') },
    text: { value: JSON.stringify(trans.__('word')), meta: {}, hint: trans.__('Write a word.'), wrong: trans.__('Say here what to look at again.') },
    ordering: { value: JSON.stringify(options), meta: { options: [...options].reverse() }, hint: trans.__('Put them in order.'), wrong: trans.__('Which of them comes first?') }
  };
  const { value, meta, hint, wrong } = values[widget];
  return [
    question(place),
    answer(place, name, value, '', { role: 'response', widget, name, ...meta }),
    tests(
      place,
      name,
      [
        `assert ${name} is not None, ${JSON.stringify(hint)}`,
        '### BEGIN HIDDEN TESTS',
        `assert ${widget === 'text' ? `str(${name}).strip().lower()` : name} == ${value}, ${JSON.stringify(wrong)}`,
        '### END HIDDEN TESTS'
      ],
      {}
    )
  ];
}

// --- the parts -----------------------------------------------------------------------------------------------------------------

function question({ trans, branch }: IPlace): INewCell {
  const text = `## ${trans.__('A question')}\n\n${trans.__('Write the question here.')}`;
  return cell('markdown', text, branch ? { role: 'explain', branch } : null, null);
}

function answer(place: IPlace, name: string, solution: string, comment: string, plnb: Raw = {}): INewCell {
  const lines = [...(comment ? [comment] : []), `${name} = None`, '### BEGIN SOLUTION', `${name} = ${solution}`, '### END SOLUTION'];
  return code(lines.join('\n'), place, grader(place.names.grade(`${name}_answer`), 'answer'), plnb);
}

function tests(place: IPlace, name: string, lines: readonly string[], plnb: Raw): INewCell {
  return code(lines.join('\n'), place, grader(place.names.grade(`${name}_check`), 'tests'), { role: 'check', ...plnb });
}

function grader(grade_id: string, kind: 'answer' | 'tests'): Raw {
  const graded = kind === 'tests';
  return { grade: graded, grade_id, locked: graded, ...(graded ? { points: 1 } : {}), schema_version: 3, solution: !graded, task: false };
}

function markdown(source: string, { branch }: IPlace, plnb: Raw): INewCell {
  return cell('markdown', source, { ...plnb, ...(branch ? { branch } : {}) }, null);
}

/** A code cell: without a role of its own it is tagged only where it must say its branch. */
function code(source: string, { branch }: IPlace, nbgrader: Raw, plnb: Raw): INewCell {
  const said = 'role' in plnb ? plnb : branch ? { role: 'explain', ...plnb } : null;
  return cell('code', source, said && { ...said, ...(branch ? { branch } : {}) }, nbgrader);
}

function cell(type: CellType, source: string, plnb: Raw | null, nbgrader: Raw | null): INewCell {
  const ours = plnb ? { schema_version: CELL_SCHEMA_VERSION, ...plnb } : undefined;
  const tags = mirrored([], ours);
  return { type, source, metadata: { ...(nbgrader ? { nbgrader } : {}), ...(ours ? { plnb: ours } : {}), ...(tags.length ? { tags } : {}) } };
}
