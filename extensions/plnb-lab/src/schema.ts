// Made from the Python types by `python -m plnb.server.typescript`. Do not edit: a test compares it with them.

export const VIEW_SCHEMA_VERSION = 1;

export const CELL_SCHEMA_VERSION = 1;

export const OVERVIEW_SCHEMA_VERSION = 1;

export const AUTHOR_SCHEMA_VERSION = 1;

export const NOT_RUN = ['IndentationError', 'KeyboardInterrupt', 'NameError', 'NotImplementedError', 'SyntaxError'];

export const VARIANTS = 20;

/** One notebook of a unit. */
export interface Activity {
  /** The notebook's file name without `.ipynb`; unique in the course. */
  id: string;
  /** The unit it belongs to. */
  unit: string;
  /** What students read. */
  title: string;
  /** One sentence on what happens here. */
  about: string;
  /** Standards it teaches. */
  standards: string[];
  /** How long it usually takes. */
  minutes: number | null;
  /** The form it mostly takes. */
  format: Format | null;
  /** Interests it speaks to. */
  interests: string[];
  /** What must hold before it opens. */
  opens_when: All | AnyOf | Not | StandardAtLeast | StandardBelow | CheckPassed | ActivityDone | ChoiceIs | null;
  /** Nobody has to do it. */
  optional: boolean;
  /** When to recommend it although it is optional. */
  suggest_when: All | AnyOf | Not | StandardAtLeast | StandardBelow | CheckPassed | ActivityDone | ChoiceIs | null;
  /** Only on this branch of a fork between activities. */
  branch: string | null;
  /** Its checks, in the order of the notebook. */
  checks: Check[];
  /** Choice points inside the notebook. */
  forks: Fork[];
  /** Gates inside the notebook. */
  gates: Gate[];
  /** Where the student reflects and sets goals. */
  reflections: ReflectionPoint[];
}

/** An activity is done. */
export interface ActivityDone {
  /** The activity's notebook name. */
  done: string;
}

/** A choice between activities. */
export interface ActivityFork {
  /** Unique in the course. */
  id: string;
  /** The question put to the student. */
  prompt: string;
  /** How many options to take. */
  pick: number;
  /** The branches. */
  options: ActivityOption[];
}

/** One branch of a fork between activities. */
export interface ActivityOption {
  /** Unique in its fork. */
  id: string;
  /** What the student reads on the card. */
  title: string;
  /** One or two sentences more. */
  about: string;
  /** How long it usually takes. */
  minutes: number | null;
  /** The form it takes, for students who have a preference. */
  format: Format | null;
  /** Interests it speaks to, from the course's list. */
  interests: string[];
  /** When to suggest this option before the others. */
  suggest_when: All | AnyOf | Not | StandardAtLeast | StandardBelow | CheckPassed | ActivityDone | ChoiceIs | null;
  /** The activities of this branch, in order. */
  activities: Activity[];
}

/** A new activity. Its notebook is made where there is none of that name. */
export interface AddActivity {
  kind: 'add_activity';
  /** The unit it goes to. */
  unit: string;
  /** The notebook's name without `.ipynb`, unique in the course. */
  notebook: string;
  /** What students read. */
  title: string;
  /** The option it goes to, where it does not stand in the unit itself. */
  option: string | null;
  /** How long it takes. */
  minutes: number | null;
  /** What it teaches. */
  standards: string[];
  /** Nobody has to do it. */
  optional: boolean;
}

/** A new choice between activities, at the end of a unit. */
export interface AddFork {
  kind: 'add_fork';
  /** The unit it goes to. */
  unit: string;
  /** Its id, unique in the course. */
  fork: string;
  /** The question put to the student. */
  prompt: string;
  /** What there is to choose from. */
  options: NewOption[];
}

/** One more interest that students can choose. */
export interface AddInterest {
  kind: 'add_interest';
  /** The interest. */
  interest: string;
}

/** One more option for a fork between activities. */
export interface AddOption {
  kind: 'add_option';
  /** The fork. */
  fork: string;
  /** The option. */
  option: NewOption;
}

/** A new unit at the end of the course. */
export interface AddUnit {
  kind: 'add_unit';
  /** Its id: the name of its folder under `source/`. */
  unit: string;
  /** What students read. */
  title: string;
}

/** What a standard is aligned to. */
export interface AlignedTo {
  /** How it is written. */
  relation: Relation;
  /** How it is said, after “is”. */
  words: string;
  /** Short name of the published list. */
  framework: string;
  /** Its full title, or the short name where the list is not here. */
  title: string;
  /** The published code. */
  code: string;
  /** What the published standard says; empty where the list is not here. */
  statement: string;
}

/** Align one standard to another, or take that away. */
export interface Aligning {
  /** The course's folder, or anything in it. */
  path: string;
  /** The course's list; the first one without. */
  own?: string;
  /** The course's standard. */
  code: string;
  /** The published list. */
  framework: string;
  /** The published standard. */
  other: string;
  /** What the first is to the second; null takes away what was said before. */
  relation: Relation | null;
}

/** A link from our standard to one that somebody else published. */
export interface Alignment {
  /** How close the two are. */
  relation: Relation;
  /** Short name of the other framework: `ccss`, `ngss`. */
  framework: string;
  /** The other standard's own code, as published. */
  code: string;
  /** Where the other standard is published. */
  uri: string;
}

/** The course's own list, and what can be done with it. */
export interface Alignments {
  /** Short name of the list that is shown. */
  own: string;
  /** The file it is in, from the course's folder. */
  file: string;
  /** The lists that `course.yaml` names: any of them can be shown. */
  lists: StandardsList[];
  /** The other lists that are here, to align to. */
  published: StandardsList[];
  /** What one standard can be to another. */
  kinds: Kinship[];
  /** In the list's order. */
  standards: OwnStandard[];
}

/** Every one of these holds. */
export interface All {
  /** The conditions. */
  all: (All | AnyOf | Not | StandardAtLeast | StandardBelow | CheckPassed | ActivityDone | ChoiceIs)[];
}

/** Another question about the same, for who wants to try once more. */
export interface Another {
  /** The check of this notebook it is like: nbgrader's grade_id. */
  check: string;
  /** The notebook it is in. */
  activity: string;
  /** Its own grade_id. */
  to: string;
  /** What students read. */
  title: string;
  /** Contents path of its notebook. */
  path: string;
}

/** At least one of these holds. */
export interface AnyOf {
  /** The conditions. */
  any: (All | AnyOf | Not | StandardAtLeast | StandardBelow | CheckPassed | ActivityDone | ChoiceIs)[];
}

/** The course around a notebook, for the panel beside it. */
export interface AuthorView {
  /** Version of this format. */
  schema_version: 1;
  /** The course's id. */
  course: string;
  /** The course's title. */
  title: string;
  /** The unit the notebook is in. */
  unit: string;
  /** The notebook's name, without `.ipynb`. */
  activity: string;
  /** Whether `course.yaml` names the notebook. */
  listed: boolean;
  /** Standards the course already uses, most used first; where it uses none, the first ones of its frameworks. */
  standards: StandardShown[];
  /** How many standards the course's frameworks define. */
  known: number;
  /** Interests that options can speak to. */
  interests: string[];
  /** Ids of forks, gates and reflections elsewhere in the course. */
  taken: string[];
  /** What a gate can wait for, the open notebook left out. */
  targets: Target[];
}

/** Which records an estimate may use. */
export type Basis = 'practice' | 'credit';

export type CellMeta = ProseCell | CheckCell | ForkCell | GateCell | ReflectCell | ResponseCell | VaryCell;

/** An nbgrader grade cell aligned to standards. */
export interface Check {
  /** nbgrader's grade_id, unique in its notebook. */
  id: string;
  /** A name for people: the nearest heading above it. */
  title: string;
  /** What it is for. */
  role: 'check' | 'probe' | 'challenge';
  /** Standards it gives evidence for. */
  standards: string[];
  /** nbgrader's points; 0 for checks that must not cost anybody anything. */
  points: number;
  /** A person gives the points. */
  manual: boolean;
  /** Only on this branch of a fork in the same notebook. */
  branch: string | null;
  /** The hint ladder. */
  hints: string[];
  /** Wrong answers with their own sentence; empty in what students receive. */
  misconceptions: Misconception[];
  /** How long it usually takes. */
  minutes: number | null;
  /** grade_ids of the cells a student writes in for this check (the check itself where it is manual). */
  answers: string[];
  /** Asked in a mixed check: among other standards, some time after it was learned. */
  mixed: boolean;
  /**
   * Digest of the text as students received it, so that a kernel knows the check when it runs; empty before
   * release.
   */
  digest: string;
  /**
   * Digests of the code cells for its answer as students received them: while they are the same, there is no
   * answer yet.
   */
  blanks: string[];
  /** The name of the whole number that its question's givens are made from; empty where they are always the same. */
  varies: string;
}

/** A mastery check: sits on an nbgrader grade cell. */
export interface CheckCell {
  /** Version of this format. */
  schema_version?: 1;
  /** Shown only on this branch: `fork/option`. */
  branch?: string | null;
  /** Standards this cell serves. */
  standards?: string[];
  /** How long it usually takes. */
  minutes?: number | null;
  /** `probe` belongs to a diagnostic; `challenge` is beyond what the activity asks. */
  role: 'check' | 'probe' | 'challenge';
  /** A ladder: each hint says a little more; the last may be a worked example. */
  hints?: string[];
  /** Wrong answers that deserve their own sentence. */
  misconceptions?: Misconception[];
  /** Asked in a mixed check: among other standards, some time after it was learned. */
  mixed?: boolean;
  /**
   * A name the cell sets to a whole number (`seed = 1`). Each grading puts another number there, so that nobody
   * can learn the inputs of the tests by heart; without plnb the cell runs as it is. Never released.
   */
  fresh?: string | null;
}

/** A check has been passed at least once. */
export interface CheckPassed {
  /** `activity/grade_id`; inside a notebook `./grade_id` means its own. */
  check: string;
}

/** One check, as far as this student has tried it. */
export interface CheckStanding {
  /** The notebook. */
  activity: string;
  /** nbgrader's grade_id. */
  check: string;
  /** How often it was tried here, by the student. */
  tries: number;
  /** It was passed at least once. */
  passed: boolean;
  /** What became of the last try; None where only hints were seen. */
  latest: Verdict | null;
  /** What the student was told the last time. */
  message: string;
  /** When it was tried last. */
  at: string | null;
  /** How many hints of the ladder were seen. */
  hints: number;
  /** What became of it when it was graded last; None where it has not been. */
  graded: Verdict | null;
}

/** A choice the student made. */
export interface Choice {
  /** The fork's id. */
  fork: string;
  /** The question. */
  prompt: string;
  /** Titles of the options taken. */
  options: string[];
  /** Read from the work, not said. */
  inferred: boolean;
  /** When. */
  at: string;
}

/** The student chose this option. */
export interface ChoiceIs {
  /** `fork/option`. */
  choice: string;
}

/** What was chosen at a fork. */
export interface ChoiceStanding {
  /** The fork. */
  fork: string;
  /** Ids of the options taken. */
  options: string[];
  /** When. */
  at: string;
}

/** What a course asks and offers, as far as it is on this machine. */
export interface CourseView {
  /** Version of this format. */
  schema_version: 1;
  /** Short name; also nbgrader's course id. */
  id: string;
  /** What students read. */
  title: string;
  /** A paragraph for the course's first page. */
  about: string;
  /** BCP 47 tag. */
  language: string;
  /** The unit that was asked about. */
  unit: string;
  /** The notebook that was asked about; empty for a folder. */
  activity: string;
  /** What there is to learn, in the order of its frameworks. */
  standards: Standard[];
  /** Interests a student can choose from. */
  interests: string[];
  /** Units, in order, with their activities, checks, forks, gates and places to reflect. */
  units: Unit[];
}

/** What a course teaches and checks. */
export interface Coverage {
  /** The course's title. */
  course: string;
  /** Every activity, in course order: the columns of a table. */
  activities: string[];
  /** Every standard that is taught or checked, in framework order; codes that no framework defines come last. */
  standards: StandardCoverage[];
  /** Standards of the frameworks that the course neither teaches nor checks (groups of standards left out). */
  untouched: string[];
  /** Checks that name no standard, as `activity/grade_id`. */
  untagged: string[];
}

/** What one activity does for one standard. */
export interface Covered {
  /** The notebook's name. */
  activity: string;
  /** Its unit. */
  unit: string;
  /** The activity says that it teaches the standard. */
  teaches: boolean;
  /** Checks that give evidence for it, on every branch. */
  checks: number;
  /** What those checks are worth together. */
  points: number;
}

export type Edit = MoveUnit | MoveStep | MoveOption | Rename | SetMinutes | SetOptional | SetStandards | SetCondition | SetPick | AddUnit | AddActivity | AddFork | AddOption | AddInterest | Remove | Restore;

/** An edit, as a screen sends it. */
export interface Editing {
  /** Contents path of the course's folder, or of anything in it. */
  path: string;
  /** Digest of the course file that the teacher saw: an edit made against an older one is refused. */
  digest: string;
  /** What to change. */
  edit: MoveUnit | MoveStep | MoveOption | Rename | SetMinutes | SetOptional | SetStandards | SetCondition | SetPick | AddUnit | AddActivity | AddFork | AddOption | AddInterest | Remove | Restore;
}

/** What a student probably knows of one standard. */
export interface Estimate {
  /** The standard. */
  standard: string;
  /** Which records were used. */
  basis: Basis;
  /** The level reached. */
  level: Level;
  /** Share of the way to proficient, 0 to 1, for drawing. */
  toward: number;
  /** Why this level, in one sentence. */
  reason: Reason;
  /** Answers that counted; those right with help are left out. */
  counted: number;
  /** How many of them were right. */
  correct: number;
  /** Whether it is time to look at it again. */
  review_due: boolean;
  /** When it is, or was, time to look at it again; None where nothing is planned. */
  review_on: string | null;
  /** Whether it was lost in a later check and has not come back. */
  lapsed: boolean;
  /** Whether a teacher's word holds instead of the rule. */
  overridden: boolean;
  /** When the level was reached; None while not started. */
  since: string | null;
  /** Ids of the records it rests on, oldest first, those right with help included. */
  records: string[];
}

/** One answer behind an estimate. */
export interface Evidence {
  /** The record's id. */
  record: string;
  /** The unit. */
  unit: string;
  /** The notebook. */
  activity: string;
  /** The notebook's title. */
  activity_title: string;
  /** nbgrader's grade_id. */
  check: string;
  /** A name for people. */
  check_title: string;
  /** When the work was done. */
  at: string;
  /** What became of it. */
  verdict: Verdict;
  /** Share of the points, 0 to 1. */
  score: number;
  /** Points earned. */
  points: number;
  /** Points it could earn. */
  max_points: number;
  /** Which hand-in it was. */
  attempt: number;
  /** How far it can be believed. */
  trust: Trust;
  /** What the student was told. */
  message: string;
  /** A teacher's comment. */
  comment: string;
}

/** A page that came back from the teacher. */
export interface Feedback {
  /** The unit. */
  unit: string;
  /** What students read. */
  unit_title: string;
  /** Comments on a notebook, or the progress page. */
  kind: 'feedback' | 'progress';
  /** The notebook it is about; empty for the progress page. */
  activity: string;
  /** What students read. */
  title: string;
  /** Contents path of the page. */
  path: string;
  /** When the work it looks at was handed in, or else when the page was made. */
  at: string;
}

/** How well the student thinks it goes with a standard; never an answer. */
export interface Feeling {
  /** The standard. */
  standard: string;
  /** The level the student feels at. */
  level: Level;
  /** When it was said. */
  at: string;
}

/** What a look at the exchange brought. */
export interface Fetched {
  /** Pages that were not here before, or that say something else now. */
  new: number;
}

/** One fault or piece of advice: what, where, and the mend. */
export interface Finding {
  /** Stable name, documented in `docs/reference/lint.md`. */
  code: string;
  /** How much it matters. */
  severity: Severity;
  /** What is wrong, in one sentence. */
  message: string;
  /** Where: `course.yaml`, or a notebook's path, and the cell by its name. */
  place: string;
  /** What to do about it, in one sentence. */
  mend: string;
  /** The cell's position in its notebook, from 0, for tools that jump there. */
  cell: number | null;
}

/** An edit that mends a finding. */
export interface Fix {
  /** The finding's code. */
  code: string;
  /** The finding's place. */
  place: string;
  /** What the finding's sentence names, where one place has several findings of one code. */
  about: string;
  /** What it does, as the words on a button. */
  label: string;
  /** The edit. */
  edit: MoveUnit | MoveStep | MoveOption | Rename | SetMinutes | SetOptional | SetStandards | SetCondition | SetPick | AddUnit | AddActivity | AddFork | AddOption | AddInterest | Remove | Restore;
}

/** A choice point inside a notebook. */
export interface Fork {
  /** Unique in the course. */
  id: string;
  /** The question put to the student. */
  prompt: string;
  /** How many options to take. */
  pick: number;
  /** The branches. */
  options: Option[];
}

/** A choice point inside a notebook. */
export interface ForkCell {
  /** Version of this format. */
  schema_version?: 1;
  /** Shown only on this branch: `fork/option`. */
  branch?: string | null;
  /** Standards this cell serves. */
  standards?: string[];
  /** How long it usually takes. */
  minutes?: number | null;
  /** What the cell is for. */
  role: 'fork';
  /** Unique in the course. */
  id: string;
  /** The question put to the student. */
  prompt: string;
  /** How many options to take. */
  pick?: number;
  /** The branches, in the order shown. */
  options: OptionAsWritten[];
}

/** The form an explanation or option takes. A preference, never a diagnosis (no 'learning styles'). */
export type Format = 'text' | 'visual' | 'data' | 'story' | 'code' | 'hands_on';

/** A place in a notebook that opens when a condition holds. */
export interface Gate {
  /** Unique in the course. */
  id: string;
  /** What opens it; None where it was not sent to the student. */
  opens_when: All | AnyOf | Not | StandardAtLeast | StandardBelow | CheckPassed | ActivityDone | ChoiceIs | null;
  /** A soft gate advises and lets go. */
  soft: boolean;
}

/** A place that opens when a condition holds. */
export interface GateCell {
  /** Version of this format. */
  schema_version?: 1;
  /** Shown only on this branch: `fork/option`. */
  branch?: string | null;
  /** Standards this cell serves. */
  standards?: string[];
  /** How long it usually takes. */
  minutes?: number | null;
  /** What the cell is for. */
  role: 'gate';
  /** Unique in the course. */
  id: string;
  /** What opens it. None only in what a student receives. */
  opens_when?: All | AnyOf | Not | StandardAtLeast | StandardBelow | CheckPassed | ActivityDone | ChoiceIs | null;
  /** A soft gate advises and lets go; a hard one holds. */
  soft?: boolean;
}

/** A goal, in the student's words. */
export interface Goal {
  /** Which goal. */
  goal: string;
  /** The student's words, untouched: escape them before they meet HTML. */
  text: string;
  /** The standard it is about. */
  standard: string;
  /** That standard in a few words. */
  title: string;
  /** When the student means to reach it. */
  by: string | null;
  /** The student says it is reached. */
  done: boolean;
  /** When it was written. */
  at: string;
}

/** A choice or gate inside a notebook. */
export interface Inside {
  /** Which of the two. */
  kind: 'fork' | 'gate';
  /** Its id. */
  id: string;
  /** What it asks, or what opens it, in words. */
  text: string;
}

/** What one standard can be to another. */
export interface Kinship {
  /** How it is written. */
  relation: Relation;
  /** How it is said, after “is”. */
  words: string;
}

/** Something that can be named in a condition. */
export interface Known {
  /** How a condition names it. */
  ref: string;
  /** What people call it. */
  title: string;
}

/** A unit on the map. */
export interface Leg {
  /** Its id. */
  id: string;
  /** What students read. */
  title: string;
  /** Why it is worth doing. */
  about: string;
  /** Activities and choices, in order. */
  nodes: (Stop | Split)[];
  /** How long it takes, without what is optional. */
  minutes: Span;
  /** What it is worth. */
  points: Span;
  /** Each way through it; none where they are too many to list. */
  ways: Through[];
}

/** How far a student is with a standard. */
export type Level = 'not_started' | 'attempted' | 'familiar' | 'proficient' | 'mastered';

/** A notebook as it stands in the browser, saved or not. */
export interface LintAsked {
  /** Contents path of the notebook. */
  path: string;
  /** Its JSON. Outputs and attachments may be left out. */
  notebook: string;
}

/** A finding of the open notebook. */
export interface LiveFinding {
  /** Stable name, documented in `docs/reference/lint.md`. */
  code: string;
  /** How much it matters. */
  severity: Severity;
  /** What is wrong, in one sentence. */
  message: string;
  /** Where: `course.yaml`, or a notebook's path, and the cell by its name. */
  place: string;
  /** What to do about it, in one sentence. */
  mend: string;
  /** The cell's position in its notebook, from 0, for tools that jump there. */
  cell: number | null;
  /** nbformat's id of the cell it is about; empty for the whole notebook. */
  cell_id: string;
  /** One-click mends; none where something has to be decided. */
  mends: Mend[];
}

/** What lint says of a notebook that is being written. */
export interface LiveFindings {
  /** Errors first, then as they come in the notebook. */
  findings: LiveFinding[];
}

/** A change of one cell's metadata that mends a finding without anything to think about. */
export interface Mend {
  /**
   * What to set: nbgrader's id, our id, the tags, the lock, the points, the role; `empty` takes out hints that
   * say nothing, `branch` sets or (without text) takes away the branch, `standard` puts one code in the place of
   * another.
   */
  kind: 'grade-id' | 'id' | 'tags' | 'lock' | 'points' | 'role' | 'empty' | 'branch' | 'standard';
  /** The value to set; for `standard`, the code to replace. */
  text: string;
  /** For `tags`, all tags of the cell; for `standard`, codes that may be meant, best first. */
  texts: string[];
}

/** A wrong answer worth its own sentence. */
export interface Misconception {
  /** A Python expression over the student's names that is true when this mistake was made. Never released. */
  when: string;
  /** What to tell the student. */
  say: string;
}

/** Put an option somewhere else among those of its fork. */
export interface MoveOption {
  kind: 'move_option';
  /** The option. */
  option: string;
  /** The option that comes after it then; None for the end. */
  before: string | null;
}

/** Put an activity or a fork somewhere else: in its unit, in another, or (an activity) in an option. */
export interface MoveStep {
  kind: 'move_step';
  /** The activity or fork. */
  step: string;
  /** The unit it goes to. */
  unit: string;
  /** The option it goes to, where it does not stand in the unit itself. */
  option: string | null;
  /** The activity or fork that comes after it then; None for the end. */
  before: string | null;
}

/** Put a unit somewhere else in the course. */
export interface MoveUnit {
  kind: 'move_unit';
  /** The unit. */
  unit: string;
  /** The unit that comes after it then; None for the end. */
  before: string | null;
}

/** A check ran in the student's own notebook. */
export interface NewAttempt {
  /**
   * A name the sender makes up for this happening; sent twice under one name, it is kept once. Empty: every
   * sending is new.
   */
  key?: string;
  /** When it happened; without, now. What lies in the future is taken for now. */
  at?: string | null;
  kind: 'attempt';
  /** The notebook's name. */
  activity: string;
  /** nbgrader's grade_id. */
  check: string;
  /** Name of the Python error it ended with, such as `AssertionError`; empty where it ran through. */
  error?: string;
  /** What the error said. */
  message?: string;
  /** Share of the points, for a check that gives parts of them; without, all or nothing. */
  score?: number | null;
  /** The cells for the answer are as they were given out, so what failed was no answer. */
  blank?: boolean;
  /** The number the question was asked with, where its numbers vary. */
  seed?: number | null;
}

/** An option was chosen, or another one instead. */
export interface NewChoice {
  /**
   * A name the sender makes up for this happening; sent twice under one name, it is kept once. Empty: every
   * sending is new.
   */
  key?: string;
  /** When it happened; without, now. What lies in the future is taken for now. */
  at?: string | null;
  kind: 'choice_made';
  /** The fork. */
  fork: string;
  /** The options taken; none takes the choice back. */
  options: string[];
}

/** How well the student thinks it goes. */
export interface NewFeeling {
  /**
   * A name the sender makes up for this happening; sent twice under one name, it is kept once. Empty: every
   * sending is new.
   */
  key?: string;
  /** When it happened; without, now. What lies in the future is taken for now. */
  at?: string | null;
  kind: 'self_assessed';
  /** The standard. */
  standard: string;
  /** The level the student feels at. */
  level: Level;
}

/** A goal was made or changed; an empty text takes it back. */
export interface NewGoal {
  /**
   * A name the sender makes up for this happening; sent twice under one name, it is kept once. Empty: every
   * sending is new.
   */
  key?: string;
  /** When it happened; without, now. What lies in the future is taken for now. */
  at?: string | null;
  kind: 'goal_set';
  /** Which goal: its place in a notebook, or a name made up for it. */
  goal: string;
  /** The student's words. */
  text: string;
  /** The standard it is about. */
  standard?: string | null;
  /** When the student means to reach it. */
  by?: string | null;
  /** The student says it is reached. */
  done?: boolean;
}

/** The student went on past a soft gate that advises to wait. */
export interface NewGoingOn {
  /**
   * A name the sender makes up for this happening; sent twice under one name, it is kept once. Empty: every
   * sending is new.
   */
  key?: string;
  /** When it happened; without, now. What lies in the future is taken for now. */
  at?: string | null;
  kind: 'went_on';
  /** The notebook's name. */
  activity: string;
  /** The gate. */
  gate: string;
  /** Why, for the teacher. */
  note?: string;
}

/** A hint was asked for and shown. */
export interface NewHint {
  /**
   * A name the sender makes up for this happening; sent twice under one name, it is kept once. Empty: every
   * sending is new.
   */
  key?: string;
  /** When it happened; without, now. What lies in the future is taken for now. */
  at?: string | null;
  kind: 'hint_shown';
  /** The notebook's name. */
  activity: string;
  /** nbgrader's grade_id. */
  check: string;
  /** Which hint of the ladder, from 1. */
  rung: number;
}

/** An option to be, with the one activity it begins with. */
export interface NewOption {
  /** Unique in its fork. */
  id: string;
  /** What the student reads on the card. */
  title: string;
  /** The notebook of its activity; made where there is none of that name. */
  notebook: string;
}

export type NewRecord = NewAttempt | NewHint | NewChoice | NewGoal | NewReflection | NewFeeling | NewGoingOn;

/** News from a screen: the body of POST records. */
export interface NewRecords {
  /** Contents path of the notebook, or of the folder of its unit. */
  path: string;
  /** What happened, oldest first. */
  records: (NewAttempt | NewHint | NewChoice | NewGoal | NewReflection | NewFeeling | NewGoingOn)[];
}

/** Something was written at a place to reflect; an empty text takes it back. */
export interface NewReflection {
  /**
   * A name the sender makes up for this happening; sent twice under one name, it is kept once. Empty: every
   * sending is new.
   */
  key?: string;
  /** When it happened; without, now. What lies in the future is taken for now. */
  at?: string | null;
  kind: 'reflected';
  /** The notebook's name. */
  activity: string;
  /** Which place. */
  prompt: string;
  /** The student's words. */
  text: string;
}

/** The condition does not hold. */
export interface Not {
  /** The condition. */
  not: All | AnyOf | Not | StandardAtLeast | StandardBelow | CheckPassed | ActivityDone | ChoiceIs;
}

/** A published standard that one could align to. */
export interface Offer {
  /** Short name of its list. */
  framework: string;
  /** Its list's full title. */
  title: string;
  /** Its code. */
  code: string;
  /** What it says. */
  statement: string;
}

/** What was found, or what shares the words of a standard where nothing was asked. */
export interface Offers {
  /** How many there are. */
  total: number;
  /** The best of them, best first. */
  offers: Offer[];
}

/** One branch of a fork. */
export interface Option {
  /** Unique in its fork. */
  id: string;
  /** What the student reads on the card. */
  title: string;
  /** One or two sentences more. */
  about: string;
  /** How long it usually takes. */
  minutes: number | null;
  /** The form it takes, for students who have a preference. */
  format: Format | null;
  /** Interests it speaks to, from the course's list. */
  interests: string[];
  /** When to suggest this option before the others. */
  suggest_when: All | AnyOf | Not | StandardAtLeast | StandardBelow | CheckPassed | ActivityDone | ChoiceIs | null;
}

/** One branch of a fork. */
export interface OptionAsWritten {
  /** Unique in its fork. */
  id: string;
  /** What the student reads on the card. */
  title: string;
  /** One or two sentences more. */
  about?: string;
  /** How long it usually takes. */
  minutes?: number | null;
  /** The form it takes, for students who have a preference. */
  format?: Format | null;
  /** Interests it speaks to, from the course's list. */
  interests?: string[];
  /** When to suggest this option before the others. */
  suggest_when?: All | AnyOf | Not | StandardAtLeast | StandardBelow | CheckPassed | ActivityDone | ChoiceIs | null;
}

/** A course as its teacher looks at it. */
export interface Overview {
  /** Version of this format. */
  schema_version: 1;
  /** The course's id. */
  course: string;
  /** Its title. */
  title: string;
  /** Contents path of its folder. */
  path: string;
  /** Digest of the course file: an edit names the one it was made against. */
  digest: string;
  /** The course file, for undo. */
  text: string;
  /** Units, in order. */
  units: Leg[];
  /** How long the course takes, without what is optional. */
  minutes: Span;
  /** What it is worth. */
  points: Span;
  /** What is taught and checked where. */
  coverage: Coverage;
  /** Every standard of the frameworks. */
  standards: Known[];
  /** Every check. */
  checks: Known[];
  /** Every option, between activities and inside notebooks. */
  options: Known[];
}

/** One line of the student's journal, theirs to read and to delete. */
export interface OwnRecord {
  /** The record's id. */
  id: string;
  /** What it is. */
  kind: string;
  /** When it happened. */
  at: string;
  /** It in a sentence. */
  text: string;
  /** How far it can be believed. */
  trust: Trust;
}

/** A standard of the course's own list. */
export interface OwnStandard {
  /** The code people say aloud. */
  code: string;
  /** A few words; empty where its author gave none. */
  title: string;
  /** What a student who has it can do, in full. */
  statement: string;
  /** Whether other standards belong to it, so that nobody expects it to be aligned. */
  group: boolean;
  /** What it is aligned to. */
  aligned: AlignedTo[];
}

/** The computed way. */
export interface Path {
  /** Every step of the course, in course order. */
  steps: Step[];
  /**
   * One to three things to do next, best first; empty only when everything required is done and nothing else is
   * left.
   */
  next: Suggestion[];
  /** Everything required is done. */
  complete: boolean;
}

/** Where a step of the path can be opened. */
export interface Place {
  /** Id of the step: an activity, a fork or a gate. */
  step: string;
  /** What it is. */
  kind: 'activity' | 'fork' | 'gate';
  /** Contents path of the notebook; empty where it is not on this machine, and for a choice between notebooks. */
  path: string;
  /** For a fork or gate inside a notebook: its id, as its cell's metadata has it. */
  cell: string;
}

/** A preview that is there. */
export interface Preview {
  /** Where the course it was made of is: a contents path, or a path on the disk. */
  course: string;
  /** Where the unit to look at is. */
  folder: string;
  /** Its first notebook. */
  open: string;
  /** Who it is looked at as. */
  state: PreviewState;
}

/** Who to look at the course as. */
export interface PreviewState {
  /** The unit to open; the others are on the map, without their notebooks. */
  unit: string;
  /** As if at these levels. */
  levels: { [key: string]: Level };
  /** As if these activities were done. */
  done: string[];
  /** As if these options were chosen. */
  choices: string[];
}

/** A preview, as a screen asks for it. */
export interface Previewing {
  /** The unit to open; the others are on the map, without their notebooks. */
  unit: string;
  /** As if at these levels. */
  levels: { [key: string]: Level };
  /** As if these activities were done. */
  done: string[];
  /** As if these options were chosen. */
  choices: string[];
  /** Contents path of the course's folder, or of anything in it. */
  path: string;
}

/** Something that does not work, in a sentence, with the mend. */
export interface Problem {
  /** Stable name. */
  code: string;
  /** What does not work. */
  text: string;
  /** What to do about it. */
  mend: string;
}

/** Interests, preferences and needs. Never an input to mastery; only to the order of suggestions. */
export interface Profile {
  /** Interests, from the course's list. */
  interests: string[];
  /** Forms the student likes to meet new things in. */
  formats: Format[];
  /** Access needs, in the student's words. */
  access: string[];
}

/** Where one student stands in one course. */
export interface ProgressReport {
  /** Version of this format. */
  schema_version: 1;
  /** The course's id. */
  course: string;
  /** What students read. */
  course_title: string;
  /** BCP 47 tag. */
  language: string;
  /** nbgrader's student id. */
  student: string;
  /** When this was computed. */
  made_at: string;
  /** Every standard the course assesses, in framework order. */
  standards: StandardProgress[];
  /** Every unit, in order. */
  units: UnitProgress[];
  /** The way and what is next. */
  path: Path;
  /** Choices made, latest for each fork. */
  choices: Choice[];
  /** Goals and reflections, newest first. */
  voices: Voice[];
  /** What teachers said, newest first. */
  notes: TeacherNote[];
}

/** Something to read, look at or try, with nothing to grade. */
export interface ProseCell {
  /** Version of this format. */
  schema_version?: 1;
  /** Shown only on this branch: `fork/option`. */
  branch?: string | null;
  /** Standards this cell serves. */
  standards?: string[];
  /** How long it usually takes. */
  minutes?: number | null;
  /** What the cell is for. */
  role: 'explain' | 'example' | 'practice' | 'hint';
}

/** Why: a sentence a 14-year-old can read, and the code and values it was made from, so it can be translated. */
export interface Reason {
  /** Stable name of the sentence, the key for a translator. */
  code: string;
  /** The sentence, in the course's language. */
  text: string;
  /** What was put into the sentence. */
  values: { [key: string]: string };
}

/** A place for the student's own voice: a reflection, or a goal. */
export interface ReflectCell {
  /** Version of this format. */
  schema_version?: 1;
  /** Shown only on this branch: `fork/option`. */
  branch?: string | null;
  /** Standards this cell serves. */
  standards?: string[];
  /** How long it usually takes. */
  minutes?: number | null;
  /** What the cell is for. */
  role: 'reflect' | 'goal';
  /** Unique in the course. */
  id: string;
  /** The question, where the cell's text does not already ask it. */
  prompt?: string;
}

/** What the student wrote at a place to reflect. */
export interface Reflection {
  /** The notebook. */
  activity: string;
  /** Which place. */
  prompt: string;
  /** What is asked there. */
  question: string;
  /** The student's words, untouched: escape them before they meet HTML. */
  text: string;
  /** When it was written. */
  at: string;
}

/** A place where the student reflects or sets a goal. */
export interface ReflectionPoint {
  /** Unique in the course. */
  id: string;
  /** Which of the two. */
  role: 'reflect' | 'goal';
  /** The question. */
  prompt: string;
  /** grade_id of the cell the student writes in, or nbformat's cell id. */
  cell: string;
}

/** What a server says instead of an answer. */
export interface Refusal {
  /** Stable name. */
  code: string;
  /** What went wrong, in a sentence. */
  message: string;
  /** What to do about it. */
  hint: string;
}

/** How a standard relates to one of another framework (CASE association types). */
export type Relation = 'exactMatchOf' | 'isRelatedTo' | 'isPartOf' | 'isPeerOf';

/** A finding, with where to go and what mends it. */
export interface Remark {
  /** What was found. */
  finding: Finding;
  /** Contents path of the file; empty where it is not one of the course's. */
  path: string;
  /** The unit, activity, choice or option on the map that it is about. */
  step: string;
  /** An edit that mends it, where that needs no thought. */
  fix: Fix | null;
}

/** What lint says of a course. */
export interface Remarks {
  /** Digest of the course file that was looked at. */
  digest: string;
  /** Every finding, in the order of the course. */
  remarks: Remark[];
}

/** Take something out of the course. Its notebooks stay where they are. */
export interface Remove {
  kind: 'remove';
  /** What it is. */
  what: 'unit' | 'activity' | 'fork' | 'option';
  /** Its id. */
  id: string;
}

/** Change what students read: a title, or the question of a fork. */
export interface Rename {
  kind: 'rename';
  /** What is called so. */
  what: 'unit' | 'activity' | 'fork' | 'option';
  /** Its id. */
  id: string;
  /** The new words. */
  title: string;
}

/** An nbgrader solution cell with a form over it; the form writes plain code into the cell (`q3 = "B"`). */
export interface ResponseCell {
  /** Version of this format. */
  schema_version?: 1;
  /** Shown only on this branch: `fork/option`. */
  branch?: string | null;
  /** Standards this cell serves. */
  standards?: string[];
  /** How long it usually takes. */
  minutes?: number | null;
  /** What the cell is for. */
  role: 'response';
  /** Which form. */
  widget: Widget;
  /** The Python name the answer is assigned to. */
  name: string;
  /** The question, where the text above does not already ask it. */
  prompt?: string;
  /** What can be chosen or ordered: what the code gets. */
  options?: string[];
  /** What a student reads for an option, where its plain value says too little: `{"A": "from 0 to 5 minutes"}`. */
  labels?: { [key: string]: string };
  /** Unit of a number. */
  unit?: string;
}

/** Put the course file back as it was: what undo sends. */
export interface Restore {
  kind: 'restore';
  /** The whole text of `course.yaml`. */
  text: string;
}

/** Say when an activity opens, or when an activity or option is suggested. */
export interface SetCondition {
  kind: 'set_condition';
  /** What it is for. */
  what: 'activity' | 'option';
  /** Its id. */
  id: string;
  /** Which of the two; an option has no `opens_when`. */
  field: 'opens_when' | 'suggest_when';
  /** What must hold; None takes the condition away. */
  condition: All | AnyOf | Not | StandardAtLeast | StandardBelow | CheckPassed | ActivityDone | ChoiceIs | null;
}

/** Say how long an activity takes. */
export interface SetMinutes {
  kind: 'set_minutes';
  /** The activity. */
  activity: string;
  /** Minutes; None where it is not said. */
  minutes: number | null;
}

/** Say whether everybody does an activity. */
export interface SetOptional {
  kind: 'set_optional';
  /** The activity. */
  activity: string;
  /** Nobody has to do it. */
  optional: boolean;
}

/** Say how many options of a fork a student takes. */
export interface SetPick {
  kind: 'set_pick';
  /** The fork. */
  fork: string;
  /** How many. */
  pick: number;
}

/** Say what an activity teaches. */
export interface SetStandards {
  kind: 'set_standards';
  /** The activity. */
  activity: string;
  /** Codes, in the order written. */
  standards: string[];
}

/** How much a finding matters. */
export type Severity = 'error' | 'warning' | 'advice';

/** From the least to the most, whatever is chosen. */
export interface Span {
  /** The way with the least. */
  least: number;
  /** The way with the most. */
  most: number;
}

/** A choice between activities on the map. */
export interface Split {
  kind: 'fork';
  /** Its id. */
  id: string;
  /** The question put to the student. */
  prompt: string;
  /** How many options to take. */
  pick: number;
  /** The options. */
  ways: Way[];
}

/** One thing to learn. */
export interface Standard {
  /** The code people say aloud and tag cells with. */
  code: string;
  /** What a student who has it can do, in full. */
  statement: string;
  /** A few words for chips and charts; the start of the statement where it is empty. */
  title: string;
  /** The group this standard belongs to. */
  parent: string | null;
  /** What one should be able to do before (CASE `precedes`, read backwards). */
  requires: string[];
  /** The same or a related standard elsewhere. */
  alignments: Alignment[];
  /** The CASE GUID, where the framework has been published. */
  identifier: string;
  /** Where this standard is published, on its own. */
  uri: string;
  /** Grades it is meant for, as CASE codes: `08`, `09`. */
  education_level: string[];
  /** CASE item type: `Standard`, `Cluster`, `Domain`. */
  kind: string;
}

/** A standard has reached a level. */
export interface StandardAtLeast {
  /** The standard's code. */
  standard: string;
  /** The level to reach or pass. */
  at_least: Level;
}

/** A standard has not reached a level yet. */
export interface StandardBelow {
  /** The standard's code. */
  standard: string;
  /** The level that must not be reached. */
  below: Level;
}

/** One standard across the course. */
export interface StandardCoverage {
  /** The standard's code. */
  code: string;
  /** A short name. */
  label: string;
  /** Activities that teach or check it, in course order. */
  activities: Covered[];
  /** Checks of it in the whole course. */
  checks: number;
  /** What they are worth together. */
  points: number;
  /** What is missing, in a few words; empty where nothing is. */
  gap: string;
}

/** One standard: where the student stands, on which evidence. */
export interface StandardProgress {
  /** The standard's code. */
  code: string;
  /** A few words. */
  title: string;
  /** The full statement. */
  statement: string;
  /** Title of the group it belongs to in its framework. */
  group: string;
  /** Codes elsewhere, as `ccss 8.F.B.4`. */
  alignments: string[];
  /** On what the grader and the teacher saw. */
  credit: Estimate;
  /** On everything. */
  practice: Estimate;
  /** Answers that bear on it, newest first. */
  evidence: Evidence[];
}

/** A standard to tag with. */
export interface StandardShown {
  /** The code people say aloud. */
  code: string;
  /** A few words for a chip. */
  title: string;
  /** What a student who has it can do, in full. */
  statement: string;
  /** Title of the framework it comes from. */
  framework: string;
  /** Cells of the course that name it, the open notebook left out. */
  uses: number;
}

/** The answer to a search. */
export interface StandardsFound {
  /** What was asked. */
  query: string;
  /** How many there are. */
  total: number;
  /** The best of them, best first. */
  standards: StandardShown[];
}

/** A list of standards, by its name. */
export interface StandardsList {
  /** Short name. */
  id: string;
  /** Full title. */
  title: string;
  /** How many it holds. */
  standards: number;
}

/** One step of the path: an activity, a fork between activities, a fork inside a notebook, or a gate in one. */
export interface Step {
  /** What it is. */
  kind: 'activity' | 'fork' | 'gate';
  /** The activity's, fork's or gate's id. */
  id: string;
  /** The unit it is in. */
  unit: string;
  /** The notebook it is in; for an activity its own id; empty for a fork between activities. */
  activity: string;
  /** What the student reads. */
  title: string;
  /** Where it stands. */
  state: StepState;
  /** Why it stands there; for a locked step, what opens it. */
  reason: Reason;
  /** The option it belongs to. */
  branch: string | null;
  /** False for the options not taken. */
  on_path: boolean;
  /** Standards it teaches. */
  standards: string[];
  /** How long it usually takes. */
  minutes: number | null;
  /** Checks passed on this student's way. */
  passed: number;
  /** Checks on this student's way. */
  checks: number;
  /** For a fork: ids of the options taken. */
  chosen: string[];
  /** Whether it has to be done on this student's way: activities that are not extra, and choices still to be made. */
  required: boolean;
}

/** Where a step stands. */
export type StepState = 'done' | 'ready' | 'recommended' | 'optional' | 'locked';

/** An activity on the map. */
export interface Stop {
  kind: 'activity';
  /** The notebook's name. */
  id: string;
  /** What students read. */
  title: string;
  /** One sentence on what happens here. */
  about: string;
  /** Contents path of the notebook; empty where there is none. */
  path: string;
  /** How long it takes. */
  minutes: number | null;
  /** Points on a way through it. */
  points: number;
  /** Checks in it, on every branch. */
  checks: number;
  /** Nobody has to do it. */
  optional: boolean;
  /** What it teaches. */
  standards: string[];
  /** Activities that teach what this one requires, by title, where they come before it. */
  builds_on: string[];
  /** What must hold before it opens. */
  opens_when: All | AnyOf | Not | StandardAtLeast | StandardBelow | CheckPassed | ActivityDone | ChoiceIs | null;
  /** The same in words. */
  opens: string;
  /** When it is suggested. */
  suggest_when: All | AnyOf | Not | StandardAtLeast | StandardBelow | CheckPassed | ActivityDone | ChoiceIs | null;
  /** The same in words. */
  suggested: string;
  /** Choices and gates in the notebook. */
  inside: Inside[];
}

/** Everything a student's screen shows. It stands on the student's own practice and on what came back graded. */
export interface StudentView {
  /** Version of this format. */
  schema_version: 1;
  /** The course's id. */
  course: string;
  /** The course's title. */
  title: string;
  /** The unit that was asked about. */
  unit: string;
  /** The notebook that was asked about; empty for a folder. */
  activity: string;
  /** The name on the records. */
  student: string;
  /** Where the student stands. Its path opens on practice: what counts is said standard by standard. */
  report: ProgressReport;
  /** Where each step of the path can be opened, in its order. */
  places: Place[];
  /** Contents path of each unit's folder, by unit: what `submit` takes. */
  folders: { [key: string]: string };
  /** Every check that was tried or hinted at. */
  checks: CheckStanding[];
  /** For checks of the notebook that was asked about: another question about the same, where one is open. */
  another: Another[];
  /** What was chosen, by fork. */
  choices: ChoiceStanding[];
  /** For choices inside notebooks: the option that fits the student best, with its why, where one does. */
  advice: Suggestion[];
  /** Soft gates the student went past. */
  gates_passed: string[];
  /** Goals, newest first. */
  goals: Goal[];
  /** Reflections, newest first. */
  reflections: Reflection[];
  /** The latest feeling for each standard. */
  feelings: Feeling[];
  /** The student's journal, newest first: the last few hundred lines. */
  records: OwnRecord[];
  /** What the student said about themselves. */
  profile: Profile;
  /** Interests the course offers to choose from. */
  interests: string[];
  /** What came back, newest first. */
  feedback: Feedback[];
  /** What was handed in, newest first. */
  submitted: Submission[];
  /** Whether anything can be kept here; where not, `problems` says why. */
  writable: boolean;
  /** How far this can be believed, in a sentence. */
  trust: string;
  /** What does not work. */
  problems: Problem[];
}

/** Work that was handed in. */
export interface Submission {
  /** The unit. */
  unit: string;
  /** When. */
  at: string;
}

/** The body of POST submit, and of POST feedback. */
export interface Submitting {
  /** Contents path of the unit's folder, or of a notebook in it. */
  path: string;
}

/** Something to do next, with its why. */
export interface Suggestion {
  /** Id of the activity or fork. */
  step: string;
  /** What the student reads. */
  title: string;
  /** For a fork: the option suggested, where one fits better than the others. */
  option: string;
  /** Why this, why now. */
  reason: Reason;
}

/** Something in the course that a condition can wait for. */
export interface Target {
  /** A check to pass, or an activity to do. */
  kind: 'check' | 'done';
  /** `activity/grade_id`, or the activity. */
  ref: string;
  /** What students read. */
  title: string;
}

/**
 * Something a teacher said: a comment on an answer, an override's reason, what was done to help, or a word on an
 * activity.
 */
export interface TeacherNote {
  /** Which. */
  kind: 'comment' | 'override' | 'intervention' | 'direction';
  /** The check, standard or activity it is about, by its title. */
  about: string;
  /** The teacher's words. */
  text: string;
  /** When. */
  at: string;
}

/** One way through a unit. */
export interface Through {
  /** Titles of the options taken; none where there is nothing to choose. */
  options: string[];
  /** How long it takes, without what is optional. */
  minutes: number;
  /** What it is worth. */
  points: number;
  /** Checks on it. */
  checks: number;
}

/** How far a record can be believed: by whom it was seen. */
export type Trust = 'self' | 'local' | 'graded' | 'teacher';

/** A unit: one nbgrader assignment. */
export interface Unit {
  /** nbgrader's assignment id. */
  id: string;
  /** What students read. */
  title: string;
  /** Why it is worth doing. */
  about: string;
  /** Its place in the course, from 0, so that units which travel alone can be put in order again. */
  place: number;
  /** Activities and forks, in order. */
  nodes: (Activity | ActivityFork)[];
}

/** One unit: how far along. */
export interface UnitProgress {
  /** The unit. */
  id: string;
  /** What students read. */
  title: string;
  /** Required steps done. */
  done: number;
  /** Required steps on this student's way. */
  steps: number;
  /** Points earned on this student's way (best of each check's attempts). */
  points: number;
  /** Points to earn on this student's way. */
  max_points: number;
}

/**
 * A code cell that sets a whole number on a line of its own (`variant = 1`) and makes from it what the question
 * below is given. The same question can then be asked with other numbers. Released as it is: there is no secret
 * in it.
 */
export interface VaryCell {
  /** Version of this format. */
  schema_version?: 1;
  /** Shown only on this branch: `fork/option`. */
  branch?: string | null;
  /** Standards this cell serves. */
  standards?: string[];
  /** How long it usually takes. */
  minutes?: number | null;
  /** What the cell is for. */
  role: 'vary';
  /**
   * The name of the whole number. Grading takes the number from the student's copy, and nothing else of this
   * cell.
   */
  name: string;
  /** How many variants there are: the number is one of 1 to this. */
  variants?: number;
}

/** What became of a check in one submission. */
export type Verdict = 'passed' | 'partial' | 'failed' | 'not_attempted' | 'not_on_path' | 'waiting' | 'timed_out' | 'crashed' | 'our_fault';

/** Something the student wrote: a goal or a reflection. */
export interface Voice {
  /** Which. */
  kind: 'goal' | 'reflection';
  /** The question it answers. */
  prompt: string;
  /** The student's words, untouched: escape them before they meet HTML. */
  text: string;
  /** When. */
  at: string;
  /** For a goal: the student says it is reached. */
  done: boolean;
}

/** An option of a choice between activities. */
export interface Way {
  /** `fork/option`. */
  ref: string;
  /** What the student reads on the card. */
  title: string;
  /** A sentence more. */
  about: string;
  /** How long it takes. */
  minutes: number;
  /** What it is worth. */
  points: number;
  /** Its activities. */
  stops: Stop[];
}

/** The form a response takes on the screen. */
export type Widget = 'choice' | 'multiple' | 'number' | 'text' | 'ordering';
