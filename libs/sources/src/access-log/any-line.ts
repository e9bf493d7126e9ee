import type { AccessLine } from './access-line.js';
import { jsonLine, wrappedLine } from './json-line.js';
import { withoutPrefix, type Unwrapped } from './line-prefix.js';
import { proxyLine } from './proxy-line.js';
import { isRemark } from './server-remark.js';
import { textLine } from './text-line.js';

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
