/** Moving a step: by drag, or by the arrow keys on its grip. */
import * as React from 'react';

import { type IPlace, move, moved } from './places';
import { useOverview } from './shared';

/** What a drag carries; a type of our own, so that nothing else can be dropped here and this nowhere else. */
const CARRIED = 'application/x-plnb-step';

const GRIP = 'M6 4.5h.01M10 4.5h.01M6 8h.01M10 8h.01M6 11.5h.01M10 11.5h.01';

/** The handle of a step. */
export function Grip({ id, title }: { id: string; title: string }): React.JSX.Element {
  const { course, trans, edit } = useOverview();
  const go = async (event: React.KeyboardEvent): Promise<void> => {
    const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (by === 0) {
      return;
    }
    event.preventDefault();
    const wanted = moved(course, id, by);
    if (wanted && (await edit(wanted, trans.__('Moved “%1”.', title)))) {
      focusGrip(id);
    }
  };
  return (
    <button
      type="button"
      className="plnb-Grip"
      draggable
      data-plnb-grip={id}
      aria-label={trans.__('Move “%1”: arrow up or arrow down, or drag', title)}
      title={trans.__('Drag, or press arrow up or arrow down')}
      onKeyDown={event => void go(event)}
      onDragStart={event => {
        event.dataTransfer.setData(CARRIED, id);
        event.dataTransfer.effectAllowed = 'move';
        const row = event.currentTarget.closest('.plnb-Step, .plnb-Split');
        if (row) {
          event.dataTransfer.setDragImage(row, 12, 12);
        }
      }}
    >
      <svg className="plnb-Icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        <path d={GRIP} strokeWidth="2.4" />
      </svg>
    </button>
  );
}

/** Whoever moved a step by keyboard moves it on: its handle keeps the focus where it is drawn now. */
function focusGrip(id: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-plnb-grip="${CSS.escape(id)}"]`)?.focus());
}

interface IDrop {
  readonly side: 'above' | 'below' | undefined;
  readonly handlers: Pick<React.DOMAttributes<HTMLElement>, 'onDragOver' | 'onDragLeave' | 'onDrop'>;
}

/** Makes a row of a list take what is dropped above or below it; with `step` null, the end of the list. */
export function useDrop(place: IPlace, step: string | null): IDrop {
  const { trans, edit } = useOverview();
  const [side, setSide] = React.useState<IDrop['side']>(undefined);
  const sideOf = (event: React.DragEvent<HTMLElement>): 'above' | 'below' => {
    const box = event.currentTarget.getBoundingClientRect();
    return step === null || event.clientY > box.top + box.height / 2 ? 'below' : 'above';
  };
  return {
    side,
    handlers: {
      onDragOver: event => {
        if (event.dataTransfer.types.includes(CARRIED)) {
          event.preventDefault();
          event.stopPropagation();
          setSide(sideOf(event));
        }
      },
      onDragLeave: () => setSide(undefined),
      onDrop: event => {
        const carried = event.dataTransfer.getData(CARRIED);
        const where = sideOf(event);
        setSide(undefined);
        if (!carried) {
          return;
        }
        event.preventDefault();
        event.stopPropagation();
        const at = step === null ? place.steps.length : place.steps.indexOf(step) + (where === 'below' ? 1 : 0);
        const before = place.steps[at] ?? null;
        if (carried !== step && before !== carried) {
          void edit(move(carried, place, before), trans.__('Moved.'));
        }
      }
    }
  };
}
