/**
 * The plain Python that a form writes, and reads back: `q3 = "B"`, a number, a list of texts. Pure.
 *
 * A cell that holds anything more than such a line, comments and stubs belongs to the student's own hands: then there is no form.
 */

/** An answer as it stands in the code; null where there is none yet. `number` keeps the spelling: `0.50`, `1/2`. */
export type Answer =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] };

export const NO_ANSWER: Answer = { kind: 'none' };

const NUMBER = /^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?(\s*\/\s*\d+(\.\d+)?)?$/;

/** Lines that say nothing: what nbgrader leaves where a solution was, and comments. */
const SILENT = /^\s*(#.*|pass\b\s*(#.*)?|raise NotImplementedError(\(\))?\s*(#.*)?)?$/;
const REFUSAL = /^\s*raise NotImplementedError/;

/** The answer in a cell's code, or undefined where the code is more than a form could have written. */
export function readAnswer(source: string, name: string): Answer | undefined {
  let answer: Answer | undefined;
  for (const line of source.split('\n')) {
    const value = assigned(line, name);
    if (value === undefined) {
      if (!SILENT.test(line)) {
        return undefined;
      }
      continue;
    }
    const parsed = parse(value.text);
    if (answer !== undefined || parsed === undefined) {
      return undefined;
    }
    answer = parsed;
  }
  return answer ?? NO_ANSWER;
}

/** The cell's code with the answer in it. Comments stay; the line that refuses to run goes. */
export function writeAnswer(source: string, name: string, answer: Answer): string {
  const line = `${name} = ${spell(answer)}`;
  let written = false;
  const lines = source
    .split('\n')
    .filter(each => !REFUSAL.test(each))
    .map(each => {
      const value = assigned(each, name);
      if (value === undefined || written) {
        return each;
      }
      written = true;
      return value.comment ? `${line}  ${value.comment}` : line;
    });
  return (written ? lines : [...lines.filter(each => each.trim() !== ''), line]).join('\n');
}

/** A number as people write it, in Python: with a decimal comma, a fraction, a sign. Undefined where it is none. */
export function asNumber(text: string): string | undefined {
  const tidy = text.trim().replace(/−/g, '-').replace(/^\+/, '').replace(/^(-?\d*),(\d+)$/, '$1.$2');
  const safe = tidy.replace(/^(-?)0+(?=\d)/, '$1'); // Python reads no 007.
  return NUMBER.test(safe) && !/\/\s*0+(\.0+)?$/.test(safe) ? safe : undefined;
}

export function spell(answer: Answer): string {
  switch (answer.kind) {
    case 'none':
      return 'None';
    case 'text':
      return quote(answer.text);
    case 'number':
      return answer.text;
    case 'list':
      return `[${answer.items.map(quote).join(', ')}]`;
  }
}

/** A JSON string is a Python string: the same quotes, the same escapes. */
function quote(text: string): string {
  return JSON.stringify(text);
}

/** What a line assigns to `name`, and the comment behind it; undefined where it assigns nothing to it. */
function assigned(line: string, name: string): { text: string; comment: string } | undefined {
  const head = /^([A-Za-z_][A-Za-z0-9_]*)\s*=(?!=)\s*(.*)$/s.exec(line);
  if (head?.[1] !== name) {
    return undefined;
  }
  const rest = head[2] ?? '';
  let quoted = '';
  for (let at = 0; at < rest.length; at++) {
    const char = rest[at] ?? '';
    if (quoted) {
      if (char === '\\') {
        at++;
      } else if (char === quoted) {
        quoted = '';
      }
    } else if (char === '"' || char === "'") {
      quoted = char;
    } else if (char === '#') {
      return { text: rest.slice(0, at).trim(), comment: rest.slice(at) };
    }
  }
  return { text: rest.trim(), comment: '' };
}

function parse(text: string): Answer | undefined {
  if (text === 'None' || text === '') {
    return text ? NO_ANSWER : undefined;
  }
  if (NUMBER.test(text)) {
    return { kind: 'number', text };
  }
  const one = unquote(text);
  if (one && one.rest === '') {
    return { kind: 'text', text: one.text };
  }
  return text.startsWith('[') && text.endsWith(']') ? parseList(text.slice(1, -1).trim()) : undefined;
}

function parseList(inside: string): Answer | undefined {
  const items: string[] = [];
  let rest = inside;
  while (rest !== '') {
    const item = unquote(rest);
    if (!item) {
      return undefined;
    }
    items.push(item.text);
    const after = item.rest.trimStart();
    if (after !== '' && !after.startsWith(',')) {
      return undefined;
    }
    rest = after.slice(1).trimStart();
  }
  return { kind: 'list', items };
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '\\': '\\', "'": "'", '"': '"' };

/** The string literal that `text` begins with, and what follows it. Undefined for prefixes, triple quotes and rare escapes. */
function unquote(text: string): { text: string; rest: string } | undefined {
  const mark = text[0];
  if ((mark !== '"' && mark !== "'") || text.startsWith(mark.repeat(3))) {
    return undefined;
  }
  let found = '';
  for (let at = 1; at < text.length; at++) {
    const char = text[at] ?? '';
    if (char === mark) {
      return { text: found, rest: text.slice(at + 1) };
    }
    if (char !== '\\') {
      found += char;
      continue;
    }
    const next = text[++at] ?? '';
    const code = next === 'u' ? /^[0-9a-fA-F]{4}/.exec(text.slice(at + 1)) : null;
    if (code) {
      found += String.fromCharCode(parseInt(code[0], 16));
      at += 4;
    } else if (Object.hasOwn(ESCAPES, next)) {
      found += ESCAPES[next];
    } else {
      return undefined;
    }
  }
  return undefined;
}
