/**
 * What the parts of the extension know of one another: the model's face, and what can go wrong.
 *
 * Knows no widget and no server; `model.ts` and `api.ts` implement it.
 */
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { CourseView, Fetched, NewRecord, Profile, StudentView, Submission } from './schema';

/** What a student may meet instead of an answer. `kind` chooses the words; `message` and `hint` are the server's own. */
export interface IProblem {
  readonly kind: 'no-server' | 'no-course' | 'offline' | 'outdated' | 'refused';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** A problem, thrown. */
export class PlnbError extends Error {
  constructor(readonly problem: IProblem) {
    super(problem.message || problem.kind);
  }
}

/**
 * What went wrong, from a status and whatever came with it. Ours say so by a code; another 404 means that nobody answers there.
 *
 * Only somebody who asked to see a course can be told that there is none; a change that finds nothing has the server's own words.
 */
export function asProblem(status: number, body: unknown, asked: 'view' | 'change'): IProblem {
  const said = (key: string): string => {
    const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[key] : undefined;
    return typeof value === 'string' ? value : '';
  };
  const told = { code: said('code'), message: said('message'), hint: said('hint') };
  if (status === 404 && !told.code) {
    return { ...told, kind: 'no-server' };
  }
  return { ...told, kind: status === 404 && asked === 'view' ? 'no-course' : 'refused' };
}

/** The server's routes. */
export interface IApi {
  course(path: string): Promise<CourseView>;
  progress(path: string): Promise<StudentView>;
  record(path: string, records: readonly NewRecord[]): Promise<StudentView>;
  forget(path: string, id: string): Promise<StudentView>;
  saveProfile(path: string, profile: Profile): Promise<Profile>;
  submit(path: string): Promise<Submission>;
  fetch(path: string): Promise<Fetched>;
}

/** What is known of the student, for everything that draws. It computes nothing: sentences, states and order come from the server. */
export interface IStudentModel {
  /** Contents path (notebook or folder) that the view was asked for. */
  readonly path: string | null;
  /** The course as students hold it; null before it is known and where there is none. */
  readonly course: CourseView | null;
  /** Where the student stands; the last known one stays while something is wrong. */
  readonly view: StudentView | null;
  /** What is wrong now, or null. */
  readonly problem: IProblem | null;
  /** Records that could not be sent yet; they are sent with the next one that goes through. */
  readonly unsent: number;
  /** Emitted when anything above changes. */
  readonly changed: ISignal<IStudentModel, void>;

  /** Show the course that `path` is part of. The same path again does nothing; `refresh` asks anew. */
  load(path: string): Promise<void>;
  /** Ask the server again. */
  refresh(): Promise<void>;
  /**
   * Keep what happened. `path` is the notebook or folder it happened in.
   *
   * Resolves to true when the server has it on disk, false when it waits here for the server or was refused (then `problem` says why).
   */
  record(path: string, records: readonly NewRecord[]): Promise<boolean>;
  /** Delete one of the student's own records. */
  forget(id: string): Promise<boolean>;
  /** Keep the student's profile. */
  saveProfile(profile: Profile): Promise<boolean>;
  /** Hand in the unit that `path` is in. Throws `PlnbError` with the reason where it does not work. */
  submit(path: string): Promise<Submission>;
  /** Fetch what came back for the course that is shown. Throws `PlnbError` with the reason where it does not work. */
  fetch(): Promise<Fetched>;
}

export const IStudentModel = new Token<IStudentModel>('plnb:IStudentModel', 'Where the student stands in the course, as the server tells it.');
