/**
 * The map, as a tree to draw: the course's units, activities and forks, each with the step, place and choice that the view tells of it.
 *
 * Pure. It joins by id and decides nothing.
 */
import type {
  Activity,
  ActivityFork,
  ActivityOption,
  CourseView,
  Format,
  Place,
  Step,
  StudentView,
  Suggestion,
  Unit,
  UnitProgress
} from './schema';

/** An activity on the map. */
export interface IStop {
  readonly kind: 'activity';
  readonly activity: Activity;
  readonly step: Step;
  readonly place: Place | null;
  /** Choices and gates inside the notebook, in its order. */
  readonly inside: readonly { step: Step; place: Place | null }[];
  /** Why it is one of the next things to do, where it is. */
  readonly next: Suggestion | null;
}

/** One way at a fork. */
export interface IWay {
  readonly option: ActivityOption;
  readonly chosen: boolean;
  readonly suggested: boolean;
  readonly stops: readonly IStop[];
}

/** A fork between activities. */
export interface ISplit {
  readonly kind: 'fork';
  readonly fork: ActivityFork;
  readonly step: Step;
  readonly ways: readonly IWay[];
  readonly next: Suggestion | null;
}

/** A unit. */
export interface IStation {
  readonly unit: Unit;
  readonly progress: UnitProgress | null;
  /** Contents path of its folder; empty where it is not on this machine. */
  readonly folder: string;
  readonly nodes: readonly (IStop | ISplit)[];
  /** Whether the student is in it, or something in it comes next. */
  readonly current: boolean;
  readonly done: boolean;
}

/** Where in a notebook something is: a fork or gate by the id in its metadata, or a check by its grade_id. */
export interface ISpot {
  readonly path: string;
  readonly cell?: string;
  readonly check?: string;
}

export function routeOf(course: CourseView, view: StudentView): IStation[] {
  const steps = new Map(view.report.path.steps.map(step => [key(step.kind, step.id, step.activity), step]));
  const places = new Map(view.places.map(place => [`${place.kind} ${place.step}`, place]));
  const next = new Map(view.report.path.next.map(suggestion => [suggestion.step, suggestion]));
  const progress = new Map(view.report.units.map(unit => [unit.id, unit]));
  const chosen = new Map(view.choices.map(choice => [choice.fork, new Set(choice.options)]));

  const stop = (activity: Activity): IStop[] => {
    const step = steps.get(key('activity', activity.id, activity.id));
    if (!step) {
      return [];
    }
    const inside = view.report.path.steps
      .filter(each => each.activity === activity.id && each.kind !== 'activity')
      .map(each => ({ step: each, place: places.get(`${each.kind} ${each.id}`) ?? null }));
    return [
      { kind: 'activity', activity, step, place: places.get(`activity ${activity.id}`) ?? null, inside, next: next.get(activity.id) ?? null }
    ];
  };

  const split = (fork: ActivityFork): ISplit[] => {
    const step = steps.get(key('fork', fork.id, ''));
    if (!step) {
      return [];
    }
    const taken = new Set([...step.chosen, ...(chosen.get(fork.id) ?? [])]);
    const suggestion = next.get(fork.id) ?? null;
    const ways = fork.options.map(option => ({
      option,
      chosen: taken.has(option.id),
      suggested: suggestion?.option === option.id,
      stops: option.activities.flatMap(stop)
    }));
    return [{ kind: 'fork', fork, step, ways, next: suggestion }];
  };

  return course.units.map(unit => {
    const nodes = unit.nodes.flatMap<IStop | ISplit>(node => ('options' in node ? split(node) : stop(node)));
    const done = progress.get(unit.id);
    return {
      unit,
      progress: done ?? null,
      folder: view.folders[unit.id] ?? '',
      nodes,
      current: unit.id === view.unit || nodes.some(comesNext),
      done: done !== undefined && done.steps > 0 && done.done >= done.steps
    };
  });
}

/** Every activity of the map, branches included, in order. */
export function stopsOf(stations: readonly IStation[]): IStop[] {
  return stations.flatMap(station =>
    station.nodes.flatMap(node => (node.kind === 'activity' ? [node] : node.ways.flatMap(way => way.stops)))
  );
}

/** What a student feels like; empty fields do not matter. */
export interface IWish {
  readonly interest: string;
  readonly format: Format | '';
  /** At most so many minutes; 0 for any. */
  readonly minutes: number;
}

export const NO_WISH: IWish = { interest: '', format: '', minutes: 0 };

/** Activities that fit a wish and can be begun, or gone on with. An activity inherits what its way at a fork says. */
export function fitting(stations: readonly IStation[], wish: IWish): IStop[] {
  const ways = new Map<string, ActivityOption>();
  for (const station of stations) {
    for (const node of station.nodes) {
      if (node.kind === 'fork') {
        node.ways.forEach(way => way.stops.forEach(stop => ways.set(stop.activity.id, way.option)));
      }
    }
  }
  return stopsOf(stations).filter(stop => {
    const { activity, step } = stop;
    const way = ways.get(activity.id);
    const inner = activity.forks.flatMap(fork => fork.options);
    const interests = [...activity.interests, ...(way?.interests ?? []), ...inner.flatMap(option => option.interests)];
    const formats = [activity.format, way?.format, ...inner.map(option => option.format)];
    return (
      step.state !== 'done' &&
      step.state !== 'locked' &&
      (!wish.interest || interests.includes(wish.interest)) &&
      (!wish.format || formats.includes(wish.format)) &&
      (!wish.minutes || (activity.minutes ?? 0) <= wish.minutes)
    );
  });
}

function comesNext(node: IStop | ISplit): boolean {
  if (node.next !== null || node.step.state === 'recommended') {
    return true;
  }
  return node.kind === 'fork' && node.ways.some(way => way.stops.some(comesNext));
}

function key(kind: string, id: string, activity: string): string {
  return `${kind} ${id} ${activity}`;
}
