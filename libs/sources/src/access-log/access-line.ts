import type { TimeUs } from '@plimsoll/contracts';

/** What one line of an access log says. An absent header is `''`; what the format does not record is undefined. */
export interface AccessLine {
  readonly timeUs: TimeUs;
  /** How exactly the time is known, microseconds. */
  readonly precisionUs: number;
  readonly remote: string;
  /** The account that the server took it to be of; `''` where the line names none. */
  readonly user: string;
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly status: number;
  readonly bytes: number;
  readonly referer: string | undefined;
  readonly origin: string | undefined;
  readonly userAgent: string;
  readonly host: string | undefined;
  readonly contentType: string | undefined;
  readonly requestBody: string | undefined;
  readonly responseSample: string | undefined;
  /** Further headers that the line tells, their names in small letters. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
}
