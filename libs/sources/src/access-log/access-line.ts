import type { TimeUs } from '@plimsoll/contracts';

import { jsonLine, wrappedLine } from './json-line.js';
import { withoutPrefix, type Unwrapped } from './line-prefix.js';
import { isRemark } from './server-remark.js';
import { proxyLine } from './proxy-line.js';
import { textLine } from './text-line.js';

/** What one line of an access log says. An absent header is `''`; what the format does not record is undefined. */
export interface AccessLine {
  readonly timeUs: TimeUs;
  /** How exactly the time is known, microseconds. */
  readonly precisionUs: number;
  readonly remote: string;
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
}

/** A line within a line within a line. */
const MAX_DEPTH = 3;

/** A line without what runtimes and shippers put around it. `line` is latin1, one character a byte. */
export function bareLine(line: string, depth = 0): Unwrapped {
  const bare = withoutPrefix(line);
  const wrapped = bare.line.startsWith('{') && depth < MAX_DEPTH ? wrappedLine(bare.line) : undefined;
  if (wrapped === undefined || bare.partial || isRemark(bare.line)) return bare;
  return wrapped.partial ? wrapped : bareLine(wrapped.line, depth + 1);
}

/** What a bare line of any form says, or undefined. */
export function accessLine(bare: string): AccessLine | undefined {
  return bare.startsWith('{') ? jsonLine(bare) : (textLine(bare) ?? proxyLine(bare));
}
