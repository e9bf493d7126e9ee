/** What went wrong, as a closed set: callers branch on it, and the command line prints what to do. */
export type ErrorCode =
  | 'missing-file'
  | 'unreadable-file'
  | 'wrong-kind'
  | 'empty-source'
  | 'bad-message'
  | 'bad-configuration'
  | 'bad-profile'
  | 'wrong-workload'
  | 'unknown-version'
  | 'too-large'
  | 'fenced'
  | 'unavailable'
  | 'stopped';

/** The one error of Plimsoll. `retriable` says whether the same call may succeed later. */
export class PlimsollError extends Error {
  readonly code: ErrorCode;
  readonly retriable: boolean;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retriable?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PlimsollError';
    this.code = code;
    this.retriable = options.retriable ?? code === 'unavailable';
  }
}
