/** Drawings of 16 by 16, in the colour of the text around them. None says anything that a word beside it does not say. */
import * as React from 'react';

const SHAPES = {
  back: 'M13 4.5v3a3 3 0 0 1-3 3H3.5M6.5 7.5l-3 3 3 3',
  bell: 'M8 2a4 4 0 0 1 4 4c0 4 1.5 5 1.5 5h-11S4 10 4 6a4 4 0 0 1 4-4zM6.5 13.5a1.6 1.6 0 0 0 3 0',
  bin: 'M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.6 8.5h5.8l.6-8.5M7 7v4M9 7v4',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  clock: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11M8 5v3.2l2 1.3',
  code: 'M5.5 4.5L2 8l3.5 3.5M10.5 4.5L14 8l-3.5 3.5',
  data: 'M3 13V8.5M6.5 13V3.5M10 13V6.5M13.5 13v-3',
  dot: 'M8 6.8a1.2 1.2 0 1 1 0 2.4a1.2 1.2 0 0 1 0-2.4',
  down: 'M4 6l4 4 4-4',
  flag: 'M4 14V2.5h8l-2 2.7 2 2.8H4',
  gate: 'M4 14V2.5h8l-2 2.7 2 2.8H4',
  hand: 'M2.5 8.5l10.5-5.5-3 10.5-2.5-4zM7.5 9.5L13 3',
  hands_on: 'M9.5 2.5l4 4-6.5 6.5H3V9zM8 4l4 4',
  half: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 0 1 0-11M8 2.5v11',
  here: 'M8 14s4.5-4.2 4.5-7.5a4.5 4.5 0 0 0-9 0C3.5 9.8 8 14 8 14zM8 5.3a1.3 1.3 0 1 1 0 2.6a1.3 1.3 0 0 1 0-2.6',
  letter: 'M2.5 4h11v8.5h-11zM2.5 4.5L8 8.8l5.5-4.3',
  lock: 'M3.5 7.5h9V14h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  mend: 'M8 2.5l6 11H2zM8 6.5v3.2M8 11.4v.4',
  no: 'M4 4l8 8M12 4l-8 8',
  pen: 'M3 13l.8-3.2L10.5 3l2.5 2.5-6.8 6.7zM9 4.5L11.5 7',
  plus: 'M8 3v10M3 8h10',
  redo: 'M13 6.5H6.5a3.5 3.5 0 0 0 0 7H10M10 3.5l3 3-3 3',
  split: 'M8 14V9.5M8 9.5L3.5 4.5M8 9.5l4.5-5M3 7.5v-3.5h3.4M13 7.5v-3.5H9.6',
  star: 'M8 2l1.8 3.9 4.2.5-3.1 2.9.8 4.2L8 11.4l-3.7 2.1.8-4.2L2 6.4l4.2-.5z',
  start: 'M5 3.5l7 4.5-7 4.5z',
  story: 'M2.5 3.5h4A1.5 1.5 0 0 1 8 5v8a1.5 1.5 0 0 0-1.5-1.2h-4zM13.5 3.5h-4A1.5 1.5 0 0 0 8 5v8a1.5 1.5 0 0 1 1.5-1.2h4z',
  text: 'M3 4h10M3 7h10M3 10h10M3 13h6',
  undo: 'M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M6 3.5l-3 3 3 3',
  visual: 'M2.5 3.5h11v9h-11zM2.5 11l3.2-3.5 2.5 2.5 2-2 3.3 3M10.7 5.8a.7.7 0 1 1 0 1.4a.7.7 0 0 1 0-1.4'
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name, className = '' }: { name: IconName; className?: string }): React.JSX.Element {
  return (
    <svg className={`plnb-Icon ${className}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={SHAPES[name]} />
    </svg>
  );
}
