import type { TimeUs } from '@plimsoll/contracts';

/** What one entry of a database's log says; texts are latin1, one character a byte. */
export interface SqlLogEntry {
  /** Undefined where the entry is of the same second as the one before. */
  readonly timeUs: TimeUs | undefined;
  /** How exactly the time is known, microseconds. */
  readonly precisionUs: number;
  /** The server's number of the connection. */
  readonly connection: string;
  readonly what:
    | {
        readonly kind: 'statement';
        readonly text: string;
        readonly prepared: boolean;
        /** `text` is the whole statement. */
        readonly complete: boolean;
        /** The error's number or SQLSTATE, `''` for one without, 0 for none; undefined where the log does not tell. */
        readonly errorCode?: number | string;
        /** Told with its error, and perhaps before by an entry of its own: it counts once. */
        readonly perhapsTold?: true;
        /** Where the entry itself tells whose it is. */
        readonly session?: SqlSession;
      }
    | { readonly kind: 'session'; readonly session: SqlSession }
    | { readonly kind: 'database'; readonly database: string }
    | { readonly kind: 'other' };
}

export interface SqlSession {
  readonly user: string | undefined;
  readonly database: string | undefined;
}

/** What a line is in one form of log: an entry; `heading`, written when a server starts; undefined for neither. */
export type SqlLogForm = (line: string) => SqlLogEntry | 'heading' | undefined;

/** A clock without a zone is taken as UTC. Undefined where it is none. */
export function utc(date: string, clock: string): TimeUs | undefined {
  const ms = Date.parse(`${date}T${clock.trim().padStart(8, '0')}Z`);
  return Number.isNaN(ms) ? undefined : ms * 1_000;
}

/** A name as servers write them, or undefined: some entries hold an error's text in a name's place. */
export function nameIn(text: string): string | undefined {
  return /^[^\s'"`,;]{1,128}$/.test(text) ? text : undefined;
}
