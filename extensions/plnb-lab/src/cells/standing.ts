/**
 * What the student's view says of one notebook. Reads; decides nothing.
 */
import type {
  Another,
  CheckStanding,
  ChoiceStanding,
  CourseView,
  Feeling,
  Goal,
  Reflection,
  Standard,
  Step,
  StudentView,
  Suggestion
} from '../schema';

export class Standing {
  private constructor(
    private readonly view: StudentView,
    /** The notebook's id in its course. */
    readonly activity: string
  ) {}

  /** What a view says of the notebook at `path`; null where it is about another course. */
  static of(view: StudentView | null, path: string): Standing | null {
    if (!view) {
      return null;
    }
    const place = view.places.find(each => each.kind === 'activity' && each.path === path);
    return place ? new Standing(view, place.step) : null;
  }

  /** Whether anything can be kept. */
  get writable(): boolean {
    return this.view.writable;
  }

  check(id: string): CheckStanding | undefined {
    return this.view.checks.find(each => each.activity === this.activity && each.check === id);
  }

  /** Another question about the same as this check; known while the student looks at this notebook. */
  another(check: string): Another | undefined {
    return this.view.activity === this.activity ? this.view.another.find(each => each.check === check) : undefined;
  }

  /** The gate as a step of the path: its state, and what opens it in words. */
  gate(id: string): Step | undefined {
    return this.view.report.path.steps.find(each => each.kind === 'gate' && each.id === id && each.activity === this.activity);
  }

  /** Whether the student went on past a soft gate. */
  wentOn(gate: string): boolean {
    return this.view.gates_passed.includes(gate);
  }

  /** The option that fits best, with its why. */
  advice(fork: string): Suggestion | undefined {
    return this.view.advice.find(each => each.step === fork);
  }

  /** What was chosen, here or elsewhere. */
  choice(fork: string): ChoiceStanding | undefined {
    return this.view.choices.find(each => each.fork === fork);
  }

  goal(id: string): Goal | undefined {
    return this.view.goals.find(each => each.goal === id);
  }

  reflection(id: string): Reflection | undefined {
    return this.view.reflections.find(each => each.prompt === id && each.activity === this.activity);
  }

  feeling(standard: string): Feeling | undefined {
    return this.view.feelings.find(each => each.standard === standard);
  }

  /** The words `title` and `statement` of a standard, as the report has them. */
  standard(code: string, course: CourseView | null): { title: string; statement: string } | undefined {
    const shown = this.view.report.standards.find(each => each.code === code);
    const known: Standard | undefined = shown ? undefined : course?.standards.find(each => each.code === code);
    return shown ?? (known && { title: known.title || known.statement, statement: known.statement });
  }
}
