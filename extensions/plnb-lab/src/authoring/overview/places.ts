/**
 * Where things stand on the map, and where they would stand one place up or down. Pure: it makes edits and carries none out.
 */
import type { Edit, Overview, Stop } from '../../schema';

/** A list of steps on the map: those of a unit, or those of an option. */
export interface IPlace {
  readonly unit: string;
  /** `fork/option`, or null for the unit itself. */
  readonly option: string | null;
  readonly steps: readonly string[];
}

/** Every list that an activity can stand in, in the order of the map. */
export function placesOf(course: Overview): IPlace[] {
  return course.units.flatMap(unit => [
    { unit: unit.id, option: null, steps: unit.nodes.map(node => node.id) },
    ...unit.nodes.flatMap(node =>
      node.kind === 'fork'
        ? node.ways.map(way => ({ unit: unit.id, option: way.ref, steps: way.stops.map(stop => stop.id) }))
        : []
    )
  ]);
}

/** Every activity, in the order of the map. */
export function stops(course: Overview): Stop[] {
  return course.units.flatMap(unit => unit.nodes.flatMap(node => (node.kind === 'fork' ? node.ways.flatMap(way => way.stops) : [node])));
}

/** The edit that moves a step one place up (-1) or down (1), also over the edge of its list; null where there is nowhere to go. */
export function moved(course: Overview, step: string, by: -1 | 1): Edit | null {
  const places = placesOf(course);
  const at = places.findIndex(place => place.steps.includes(step));
  const place = places[at];
  if (!place) {
    return null;
  }
  const index = place.steps.indexOf(step);
  const to = index + by;
  if (to >= 0 && to < place.steps.length) {
    // Down: before the one after the next.
    return move(step, place, place.steps[by < 0 ? to : to + 1] ?? null);
  }
  if (place.option !== null) {
    // Out of an option: above or below its choice.
    const fork = place.option.split('/')[0] ?? '';
    const around = places.find(each => each.option === null && each.steps.includes(fork));
    if (!around) {
      return null;
    }
    return move(step, around, by < 0 ? fork : (around.steps[around.steps.indexOf(fork) + 1] ?? null));
  }
  const units = places.filter(each => each.option === null);
  const next = units[units.indexOf(place) + by];
  return next ? move(step, next, by < 0 ? null : (next.steps[0] ?? null)) : null;
}

/** The edit that puts a step into a list, before another one or at its end. */
export function move(step: string, to: Pick<IPlace, 'unit' | 'option'>, before: string | null): Edit {
  return { kind: 'move_step', step, unit: to.unit, option: to.option, before };
}

/** The edit that moves a unit one place up or down. */
export function movedUnit(course: Overview, unit: string, by: -1 | 1): Edit | null {
  const ids = course.units.map(each => each.id);
  const to = ids.indexOf(unit) + by;
  return to < 0 || to >= ids.length ? null : { kind: 'move_unit', unit, before: ids[by < 0 ? to : to + 1] ?? null };
}

/** A name for a file or folder from what people read: `How fast?` -> `how-fast`, made different from those that are there. */
export function nameFrom(title: string, taken: Iterable<string>): string {
  const plain = title
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  const known = new Set(taken);
  const base = plain || 'new';
  let name = base;
  for (let number = 2; known.has(name); number++) {
    name = `${base}-${number}`;
  }
  return name;
}
