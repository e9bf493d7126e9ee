import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import type { CallColumns } from '@plimsoll/contracts';

import type { WireExchange } from './connection.js';
import { StraceParser, type StraceCounts } from '../strace/strace-parser.js';
import { WireObserver, type WireOptions } from './wire-observer.js';

export interface WireRun {
  readonly numbers: number[];
  readonly threads: number[];
  readonly timesUs: number[];
  readonly results: number[];
  readonly digests: number[];
  readonly names: [number, string][];
  readonly exchanges: WireExchange[];
  readonly counts: StraceCounts;
}

/** All that the parser and the rebuilders make of a trace given in pieces. */
export function runWire(
  pieces: Iterable<Uint8Array>,
  options: WireOptions = {},
  observer = new WireObserver(options),
): WireRun {
  const parser = new StraceParser({ observer });
  const run: WireRun = {
    numbers: [],
    threads: [],
    timesUs: [],
    results: [],
    digests: [],
    names: [],
    exchanges: [],
    counts: parser.counts,
  };
  const add = (calls: CallColumns): void => {
    for (let i = 0; i < calls.count; i++) {
      run.numbers.push(calls.numbers[i]!);
      run.threads.push(calls.threads[i]!);
      run.timesUs.push(calls.timesUs[i]!);
      run.results.push(calls.results?.[i] ?? Number.NaN);
      run.digests.push(calls.digests?.[i] ?? Number.NaN);
    }
    run.names.push(...calls.names);
  };
  const drain = (items: ReturnType<StraceParser['push']>): void => {
    for (const item of items) if (item.type === 'calls') add(item.calls);
    for (const seen of observer.drain()) if (seen.type === 'http' || seen.type === 'sql') run.exchanges.push(seen);
  };
  for (const piece of pieces) drain(parser.push(piece));
  drain(parser.end());
  return run;
}

export function* split(bytes: Uint8Array, sizeBytes: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += sizeBytes) yield bytes.subarray(at, at + sizeBytes);
}

export function readTrace(path: string): Buffer {
  return gunzipSync(readFileSync(path));
}

/** The exchanges of a trace given as text. */
export function exchangesOf(text: string | Buffer, options: WireOptions = {}): WireExchange[] {
  return runWire([Buffer.from(text)], options).exchanges;
}
