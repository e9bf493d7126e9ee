import { callName, type Gap, type ItemContainer, type LogEvent, type SourceItem } from '@plimsoll/contracts';

import type { SourceParser } from '../source.js';

/** The calls of one container, joined over all items. */
export interface CollectedCalls {
  of: ItemContainer | undefined;
  names: string[];
  threads: number[];
  timesUs: number[];
  results: (number | undefined)[];
  /** The words of each call's digest, '' for none. */
  paths: string[];
  ended: boolean;
}

/** What a source gave, in a form that tests compare: it does not depend on how the bytes were cut into chunks. */
export interface Collected {
  calls: Record<string, CollectedCalls>;
  events: LogEvent[];
  gaps: Gap[];
  ended: boolean;
}

export function collectItems(items: Iterable<SourceItem>): Collected {
  const collected: Collected = { calls: {}, events: [], gaps: [], ended: false };
  const words = new Map<number, string>();
  for (const item of items) {
    if (item.type === 'event') collected.events.push(item.event);
    else if (item.type === 'gap') collected.gaps.push(item.gap);
    else if (item.type === 'end') {
      if (item.of) columnsOf(collected, item.of).ended = true;
      else collected.ended = true;
    } else {
      const { calls, of } = item;
      const into = columnsOf(collected, of);
      for (const [digest, text] of calls.names) words.set(digest, text);
      for (let i = 0; i < calls.count; i++) {
        into.names.push(callName(calls.numbers[i]!));
        into.threads.push(calls.threads[i]!);
        into.timesUs.push(calls.timesUs[i]!);
        into.results.push(calls.results?.[i]);
        const digest = calls.digests?.[i] ?? 0;
        into.paths.push(digest === 0 ? '' : (words.get(digest) ?? '?'));
      }
    }
  }
  return collected;
}

/** What a parser gives for a text, handed over in chunks of `chunkBytes`. */
export function parseText(parser: SourceParser, text: string | Uint8Array, chunkBytes = 65_536): Collected {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const items: SourceItem[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    // A copy that is spoiled after use: a parser may keep nothing of a chunk that is the caller's.
    const chunk = Uint8Array.from(bytes.subarray(at, at + chunkBytes));
    items.push(...parser.push(chunk));
    chunk.fill(0x5a);
  }
  items.push(...parser.end());
  return collectItems(items);
}

function columnsOf(collected: Collected, of: ItemContainer | undefined): CollectedCalls {
  return (collected.calls[of?.container ?? ''] ??= {
    of,
    names: [],
    threads: [],
    timesUs: [],
    results: [],
    paths: [],
    ended: false,
  });
}
