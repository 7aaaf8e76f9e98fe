/**
 * Builders for plain DOM. Text is always text: nothing here turns a string into HTML.
 *
 * Every control gets `data-lm-suppress-shortcuts` ITSELF: JupyterLab matches a focused radio or button before it looks at what is
 * around it, and `d d` on a card would delete the cell.
 */
export type Child = Node | string | null | undefined | false;

type Value = string | number | boolean | null | undefined | ((event: Event) => void);

const CONTROLS = new Set(['button', 'input', 'select', 'textarea', 'a', 'summary']);

/** An element. Attributes that are false, null or undefined are left out; functions listen to the event of that name. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Value>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      element.addEventListener(name, value);
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  if (CONTROLS.has(tag) || 'tabindex' in attributes) {
    element.setAttribute('data-lm-suppress-shortcuts', 'true');
  }
  element.append(...children.filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** A button with words on it. `key` lets it keep the focus when its card is drawn anew. */
export function button(words: Child | readonly Child[], press: () => void, more: Readonly<Record<string, Value>> = {}): HTMLButtonElement {
  const children = Array.isArray(words) ? (words as readonly Child[]) : [words as Child];
  return h('button', { type: 'button', click: press, ...more, class: `plnb-button ${more.class ?? ''}`.trim() }, ...children);
}

/** What `rich` marks as a formula; a card has it drawn once it is on the page. */
export const MATHS = 'plnb-maths';

/**
 * A piece of code, or a formula. After an opening dollar and before a closing one stands no space, and after the closing one no digit:
 * what costs $5 or $6 is no formula.
 */
const RICH = /`([^`]+)`|(\$\$[^$]+\$\$|\$(?![\s$])[^$\n]*[^$\s]\$(?!\d)|\\\(.+?\\\))/;

/** Text in which `code` between backticks is set as code, and $formulas$ as formulas. */
export function rich(text: string): Child[] {
  const pieces = text.split(RICH);
  const children: Child[] = [];
  for (let at = 0; at < pieces.length; at += 3) {
    const [plain, code, formula] = pieces.slice(at, at + 3);
    children.push(plain ?? '', code ? h('code', {}, code) : null, formula ? h('span', { class: MATHS }, formula) : null);
  }
  return children;
}

const ICONS = {
  passed: 'M6.5 11.6 3 8.1l1.1-1.1 2.4 2.4L11.9 4 13 5.1z',
  partly: 'M8 3a5 5 0 1 0 0 10z',
  notyet: 'M8 2.5A5.5 5.5 0 1 0 13.5 8h-1.6A3.9 3.9 0 1 1 8 4.1V6l3.4-2.7L8 .6z',
  broke: 'M8 1.8 15 14H1zM7.2 6v4.2h1.6V6zm0 5.2v1.5h1.6v-1.5z',
  open: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2m0 1.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9',
  running: 'M4 2h8v1.5L9 8l3 4.5V14H4v-1.5L7 8 4 3.5z',
  hint: 'M8 1.5a4.5 4.5 0 0 0-2.5 8.2V11h5V9.7A4.5 4.5 0 0 0 8 1.5M5.8 12h4.4v1.2H5.8zm.8 1.8h2.8v1H6.6z',
  lock: 'M5 7V5a3 3 0 0 1 6 0v2h1v7H4V7zm1.4 0h3.2V5a1.6 1.6 0 0 0-3.2 0z',
  unlock: 'M5 7V5a3 3 0 0 1 5.8-1l-1.3.5A1.6 1.6 0 0 0 6.4 5v2H12v7H4V7z',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2m0 1.4a4.6 4.6 0 1 1 0 9.2 4.6 4.6 0 0 1 0-9.2m-.7 1.4v3.6l2.7 1.6.6-1.1-2-1.2V4.8z',
  person: 'M8 2a3 3 0 1 1 0 6 3 3 0 0 1 0-6M2.5 14c0-3 2.4-4.8 5.5-4.8s5.5 1.8 5.5 4.8z',
  fork: 'M7.2 14V9.6L3.4 5.8V8H2V3.4h4.6v1.4H4.4L8 8.4l3.6-3.6H9.4V3.4H14V8h-1.4V5.8L8.8 9.6V14z',
  star: 'm8 1.6 1.9 4.1 4.5.5-3.3 3 .9 4.4L8 11.4l-4 2.2.9-4.4-3.3-3 4.5-.5z',
  pen: 'M11.3 1.9 14 4.6 5.6 13l-3.5.9.8-3.6z'
} as const;

export type IconName = keyof typeof ICONS;

/** A small picture that says nothing of its own: words stand beside it. */
export function icon(name: IconName): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `plnb-icon plnb-icon-${name}`);
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name]);
  path.setAttribute('fill', 'currentColor');
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}

let counter = 0;

/** An id nobody else on the page has. */
export function freshId(): string {
  return `plnb-${++counter}`;
}

/**
 * Undo and redo in a text field of ours. The browser's own do nothing inside a JupyterLab cell (seen in 4.6, cause unknown), so the field
 * remembers what stood in it.
 */
export function withUndo<T extends HTMLInputElement | HTMLTextAreaElement>(field: T): T {
  let past = [field.value];
  let place = 0;
  let writing = false;
  field.addEventListener('input', () => {
    if (!writing) {
      past = [...past.slice(0, place + 1), field.value].slice(-200);
      place = past.length - 1;
    }
  });
  field.addEventListener('keydown', (event: Event) => {
    const { key, ctrlKey, metaKey, shiftKey } = event as KeyboardEvent;
    const step = key.toLowerCase() === 'z' ? (shiftKey ? 1 : -1) : key.toLowerCase() === 'y' ? 1 : 0;
    if (!(ctrlKey || metaKey) || step === 0) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    const value = past[place + step];
    if (value !== undefined) {
      place += step;
      writing = true;
      field.value = value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      writing = false;
    }
  });
  return field;
}
