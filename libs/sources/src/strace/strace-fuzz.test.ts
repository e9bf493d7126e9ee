import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { SET_BACK_US } from '@plimsoll/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { TraceMutator } from './trace-mutator.fixture.js';
import { RECORDINGS } from './shared-data.fixture.js';
import { StraceParser } from './strace-parser.js';
import { WireObserver } from '../wire/wire-observer.js';
import { readTrace, runWire, split } from '../wire/wire-run.fixture.js';

const folder = join(RECORDINGS, readdirSync(RECORDINGS)[0]!);
const web = readTrace(join(folder, 'web.strace.gz'));
const db = readTrace(join(folder, 'db.strace.gz'));
const MUTATED_LINES = 50_000;

describe('damaged traces', () => {
  it('neither throw nor hang nor turn time back but for a clock that was set', { timeout: 60_000 }, () => {
    const mutator = new TraceMutator([web, db], 20_261_123);
    const pieces = Array.from({ length: MUTATED_LINES / 1_000 }, () => mutator.lines(1_000));
    const { timesUs, numbers, counts } = runWire(pieces, { heldBytes: 4_194_304 });
    expect(counts.lines).toBeGreaterThan(MUTATED_LINES / 2);
    expect(numbers.length).toBeGreaterThan(0);
    const steps = timesUs.slice(1).map((timeUs, i) => timeUs - timesUs[i]!);
    expect(steps.filter((step) => step < 0 && step >= -SET_BACK_US)).toEqual([]);
  });

  it('leave nothing held when they end', () => {
    const observer = new WireObserver();
    const parser = new StraceParser({ observer });
    parser.push(new TraceMutator([web, db], 99).lines(20_000));
    parser.end();
    expect(observer.heldBytes).toBe(0);
  });

  it('are read the same however they are cut into chunks', { timeout: 60_000 }, () => {
    const trace = Buffer.concat([web.subarray(0, 120_000), new TraceMutator([web, db], 7).lines(300)]);
    const whole = runWire([trace]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9_000 }), { minLength: 1, maxLength: 40 }), (sizes) => {
        expect(runWire(piecesOf(trace, sizes))).toEqual(whole);
      }),
      { numRuns: 15, seed: 1 },
    );
  });

  it('are read the same byte by byte', () => {
    const trace = db.subarray(0, 30_000);
    expect(runWire(split(trace, 1))).toEqual(runWire([trace]));
  });

  it('survive any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        runWire([bytes]);
      }),
      { numRuns: 300, seed: 2 },
    );
  });
});

function* piecesOf(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
