import {
  callNumber,
  type K8sAuditEvent,
  type LogGap,
  type SqlStatement,
  type SyscallBatch,
  type WebRequest,
} from '@plimsoll/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Learner } from '../detector.js';
import { FrequencyLearner } from '../frequency/index.js';
import { k8sAuditLearner } from '../k8s/k8s-audit-learner.js';
import { quietDay } from '../k8s/k8s-fixtures.js';
import { SequenceLearner } from '../sequence/index.js';
import { sqlLearner } from '../sql/index.js';
import { webLearner } from '../web/index.js';
import { parameter, visit } from '../web/web.fixture.js';
import { PartedLearning } from './parted-learning.js';

const OF = { application: 'shop', workload: 'web' };
const CONTAINERS = ['web-a', 'web-b', 'web-c', 'web-d', 'web-e'];

/** One input of a container, in the order in which the log holds them. */
type Fed<Input> = readonly [container: string, input: Input];

interface Kind<Input> {
  readonly name: string;
  readonly make: () => Learner<Input>;
  readonly learn: readonly Fed<Input>[];
  readonly calibrate: readonly Fed<Input>[];
}

/** Erases the kind of input, so that one property speaks of every learner. */
type AnyKind = Kind<unknown>;
const kind = <Input>(of: Kind<Input>): AnyKind => ({
  ...of,
  make: () => of.make(),
});

function calls(container: string, stream: string, count: number, seed: number): Fed<SyscallBatch>[] {
  let state = seed;
  const next = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 2 ** 32;
  const names = ['accept4', 'read', 'openat', 'fstat', 'close', 'write', 'execve'];
  const found = Array.from({ length: count }, () => (next() < 0.002 ? 6 : Math.floor(next() ** 3 * 6)));
  return Array.from({ length: Math.ceil(count / 333) }, (_, i): Fed<SyscallBatch> => {
    const from = i * 333;
    const part = found.slice(from, from + 333);
    return [
      container,
      {
        ...OF,
        container,
        stream,
        firstOrdinal: from,
        baseTimeUs: 1_000_000 + from * 5_000,
        count: part.length,
        numbers: Uint16Array.from(part, (at) => callNumber(names[at]!)),
        threads: Uint32Array.from(part, (_, j) => 5 + (Math.floor((from + j) / 50) % 2)),
        offsetsUs: Uint32Array.from(part, (_, j) => j * 5_000),
        results: Int32Array.from(part, () => Math.floor(next() * 500)),
        digests: Uint32Array.from(part, (at) => (at === 6 ? 1 + Math.floor(next() * 12) : 0)),
        names: new Map(i === 0 ? [[3, '/bin/three']] : []),
        gaps: i === 4 ? [{ startUs: 0, endUs: 0, cause: 'truncated-input' }] : [],
        last: false,
      },
    ];
  });
}

/** Containers take turns, as records of several partitions do. */
function interleaved<Input>(streams: readonly (readonly Fed<Input>[])[]): Fed<Input>[] {
  const longest = Math.max(...streams.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => streams.flatMap((stream) => (stream[i] ? [stream[i]] : []))).flat();
}

const visits = (container: string, from: number, count: number): Fed<WebRequest | LogGap>[] =>
  Array.from({ length: count }, (_, i) =>
    visit((from + i) * 9_000, `user${i % 4}`, [
      parameter({ name: 'title', form: i % 3 === 0 ? 'phrase' : 'word', signs: i % 5 === 0 ? container.at(-1)! : '' }),
    ]),
  )
    .flat()
    .map((event) => [container, { ...event, container, stream: container === 'web-b' ? 'other' : 'test' }]);

const statements = (container: string, from: number, count: number): Fed<SqlStatement | LogGap>[] =>
  Array.from({ length: count }, (_, i): Fed<SqlStatement> => {
    const n = from + i;
    const outline = ['select * from notes where id = ?', 'update notes set * where id = ?', `call ${container}()`][
      n % 3
    ]!;
    return [
      container,
      {
        type: 'sql-statement',
        schema: 1,
        ...OF,
        container,
        id: `s${n}`,
        stream: 'test',
        key: `${container}/c${n % 2}`,
        timeUs: 1_000_000_000 + n * 10_000,
        endUs: 1_000_002_000 + n * 10_000,
        side: 'server',
        fingerprint: outline,
        outline,
        verb: outline.split(' ')[0]!,
        tables: ['notes'],
        columnsWritten: n % 3 === 1 ? ['title'] : [],
        functions: [],
        marks: [],
        literals: 1,
        longestLiteral: 8,
        lengthBytes: 60,
        prepared: false,
        user: 'app',
        connection: `c${n % 2}`,
        ordinal: n,
        response: { kind: 'ok', affected: 1, bytes: 11 },
      },
    ];
  });

const audit = (container: string, offset: number, minutes: number): Fed<K8sAuditEvent | LogGap>[] =>
  quietDay(offset, minutes).map((event) => [container, { ...event, container }]);

const each = <Input>(of: (container: string, i: number) => readonly Fed<Input>[]): Fed<Input>[] =>
  interleaved(CONTAINERS.map(of));

const KINDS: readonly AnyKind[] = [
  kind<SyscallBatch>({
    name: 'sequence',
    make: () => new SequenceLearner(OF),
    learn: each((name, i) => calls(name, 'collector', 2_000 + 700 * i, i + 1)),
    calibrate: each((name, i) => calls(name, 'collector', 1_500 + 500 * i, i + 11)),
  }),
  kind<SyscallBatch>({
    name: 'unsettled sequence',
    // Short windows, so that there are enough of them to choose by.
    make: () => new SequenceLearner(OF, { windowCalls: 100 }),
    learn: each((name, i) => calls(name, 'collector', 2_000 + 700 * i, i + 1)),
    calibrate: each((name, i) => calls(name, 'collector', 1_500 + 500 * i, i + 11)),
  }),
  kind<SyscallBatch>({
    name: 'frequency',
    make: () => new FrequencyLearner(OF),
    learn: each((name, i) => calls(name, 'collector', 2_000 + 700 * i, i + 1)),
    calibrate: each((name, i) => calls(name, 'collector', 1_500 + 500 * i, i + 11)),
  }),
  kind<WebRequest | LogGap>({
    name: 'web',
    make: () => webLearner(OF),
    learn: each((name, i) => visits(name, i * 40, 30)),
    calibrate: each((name, i) => visits(name, 500 + i * 40, 12)),
  }),
  kind<SqlStatement | LogGap>({
    name: 'sql',
    make: () => sqlLearner(OF),
    learn: each((name, i) => statements(name, i * 100, 40 + i)),
    calibrate: each((name, i) => statements(name, 1_000 + i * 100, 20)),
  }),
  kind<K8sAuditEvent | LogGap>({
    name: 'k8s-audit',
    make: () => k8sAuditLearner(OF),
    learn: each((name, i) => audit(name, i * 7, 1)),
    calibrate: each((name, i) => audit(name, 900 + i * 7, 1)),
  }),
];

/** All of it by one: the profile, as text. */
function byOne({ make, learn, calibrate }: AnyKind): string {
  const learning = new PartedLearning(make);
  for (const [container, input] of learn) learning.learn(container, input);
  for (const [container, input] of calibrate) learning.calibrate(container, input);
  return JSON.stringify(learning.finish());
}

/** Every container is learned by the worker that it falls to; what workers hold goes to the others in `order`. */
function shared(
  of: AnyKind,
  workerOf: (container: string) => number,
  order: readonly string[],
  stopAfter: number,
): string {
  const workers = [0, 1, 2].map(() => new PartedLearning(of.make));
  const pass = (stage: 'learning' | 'calibrating', from: PartedLearning<unknown>[]): PartedLearning<unknown>[] => {
    const snapshots = order.flatMap((container): [string, Uint8Array][] => {
      const bytes = from[workerOf(container)]!.snapshot(stage, container);
      return bytes === undefined ? [] : [[container, bytes]];
    });
    return from.map((worker) => {
      for (const [container, bytes] of snapshots) {
        if (worker.snapshot(stage, container) === undefined) worker.restore(stage, container, bytes);
      }
      return worker;
    });
  };
  let at = 0;
  for (const [container, input] of of.learn) {
    const own = workerOf(container);
    workers[own]!.learn(container, input);
    // Now and then the process ends, and another takes up what it had written down.
    if (++at % stopAfter === 0) workers[own] = resumed(of, workers[own]!);
  }
  pass('learning', workers);
  for (const [container, input] of of.calibrate) workers[workerOf(container)]!.calibrate(container, input);
  const profiles = pass('calibrating', workers).map((worker) => JSON.stringify(worker.finish()));
  expect(new Set(profiles).size).toBe(1);
  return profiles[0]!;
}

function resumed(of: AnyKind, before: PartedLearning<unknown>): PartedLearning<unknown> {
  const after = new PartedLearning(of.make);
  for (const container of CONTAINERS) {
    const bytes = before.snapshot('learning', container);
    if (bytes !== undefined) after.restore('learning', container, bytes);
  }
  return after;
}

/** Under load a test of a second takes many. */
describe.each(KINDS)('learning $name', { timeout: 120_000 }, (of) => {
  it('gives the same profile to the byte whoever learns which container, in any order of merging, across stops', () => {
    const expected = byOne(of);
    fc.assert(
      fc.property(
        fc.array(fc.nat(2), { minLength: CONTAINERS.length, maxLength: CONTAINERS.length }),
        fc.shuffledSubarray(CONTAINERS, { minLength: CONTAINERS.length }),
        fc.integer({ min: 30, max: 400 }),
        (workers, order, stopAfter) => {
          expect(shared(of, (container) => workers[CONTAINERS.indexOf(container)]!, order, stopAfter)).toBe(expected);
        },
      ),
      { numRuns: 5 },
    );
  });

  it('is plain learning where there is one container', () => {
    const only = ([container]: Fed<unknown>): boolean => container === CONTAINERS[1];
    const plain = of.make();
    const parted = new PartedLearning(of.make);
    for (const [container, input] of of.learn.filter(only)) {
      plain.learn(input);
      parted.learn(container, input);
    }
    expect(parted.progress()).toEqual(plain.progress());
    for (const [container, input] of of.calibrate.filter(only)) {
      plain.calibrate(input);
      parted.calibrate(container, input);
    }
    expect(JSON.stringify(parted.finish())).toBe(JSON.stringify(plain.finish()));
  });

  it('refuses what another kind or release wrote', () => {
    const bytes = Buffer.from(of.make().snapshot());
    const learnerOf = ({ name }: AnyKind): string => name.split(' ').at(-1)!;
    const other = KINDS.find((one) => learnerOf(one) !== learnerOf(of))!;
    expect(() => {
      other.make().merge(bytes);
    }).toThrow(/of this release/);
    expect(() => {
      of.make().merge(Buffer.from(bytes.toString().replace(/"version":\d/, '"version":9')));
    }).toThrow(/of this release/);
    expect(() => {
      of.make().merge(bytes.subarray(0, 20));
    }).toThrow(/not readable/);
  });
});
