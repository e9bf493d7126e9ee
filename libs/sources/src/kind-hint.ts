import type { SourceKind } from '@plimsoll/contracts';

import { SOURCE_KINDS, type SourceKindReader } from './kinds.js';
import type { SourceCounts } from './source.js';

/** Share of lines that a parser must refuse before the source is of another kind. */
const WRONG_SHARE = 0.9;
/** What a parser has seen when a first check is due. */
const EARLY_LINES = 256;
const EARLY_BYTES = 8 * 1_048_576;
/** Share of a beginning's lines that a kind must understand to be named. */
const LIKELY_SHARE = 0.5;

/** Whether nearly nothing that was read is of the kind that was expected. */
export function isWrongKind({ lines, malformed }: Readonly<SourceCounts>): boolean {
  return lines > 0 && malformed >= WRONG_SHARE * lines;
}

/** Whether enough was read to tell before the end. */
export function isTelling({ lines }: Readonly<SourceCounts>, readBytes: number): boolean {
  return lines >= EARLY_LINES || (readBytes >= EARLY_BYTES && lines > 0);
}

const NOWHERE = {
  application: 'hint',
  workload: 'hint',
  container: 'hint',
  stream: 'hint',
  privacy: 'strict',
} as const;

/** The kind whose parser understands most of a source's beginning, where one understands half of it. */
export function likelyKind(head: Uint8Array): SourceKind | undefined {
  const whole = head.subarray(0, head.lastIndexOf(0x0a) + 1 || head.length);
  let best: SourceKind | undefined;
  let bestShare = LIKELY_SHARE;
  for (const [kind, reader] of Object.entries(SOURCE_KINDS) as [SourceKind, SourceKindReader][]) {
    const parser = reader.parser(NOWHERE);
    parser.push(whole);
    parser.end();
    const { lines, malformed, events } = parser.counts;
    const share = lines === 0 || events === 0 ? 0 : (lines - malformed) / lines;
    if (share > bestShare) {
      best = kind;
      bestShare = share;
    }
  }
  return best;
}
