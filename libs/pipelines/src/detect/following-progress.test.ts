import { decodeJson, PROGRESS_HEADER, TOPICS, Watermark, type Progress } from '@plimsoll/contracts';
import { partitionOf, type LogRecord, type Operator } from '@plimsoll/streaming';
import { describe, expect, it } from 'vitest';

import { progressRecords } from '../collect/progress-records.js';
import { followingProgress, SOURCE_IDLE_MS } from './following-progress.js';

const COUNTS = { syscalls: 5, logs: 3 };

/** Counts the records of a key. */
const counting: Operator<string, { count: number }> = {
  name: 'counting-detector',
  topic: TOPICS.logs.name,
  stateTtlMs: () => 1,
  decode: ({ value }) => Buffer.from(value).toString(),
  key: (text) => text,
  start: () => ({ count: 0 }),
  step: (state) => ({ publish: [], end: ++state.count === 0 }),
  encode: ({ count }) => Uint8Array.of(1, count),
  decodeState: ([, count]) => ({ count: count! }),
};

const operator = followingProgress(counting);

function progress(source: string, timeUs: number, change: Partial<Progress> = {}): Progress {
  return { type: 'progress', schema: 1, application: 'shop', source, timeUs, partitions: COUNTS, ...change };
}

function arrived(message: Progress, timestampMs: number): LogRecord {
  const record = progressRecords(message).find(({ topic }) => topic === TOPICS.logs.name)!;
  return { ...record, headers: record.headers!, partition: 2, offset: 0, timestampMs };
}

describe('a detector that says how far it has come', () => {
  it('passes on the least of its sources, without those that ended or fell silent, through its bytes', () => {
    let state = operator.start('\nprogress\nshop');
    const tell = (message: Progress, atMs: number): number => {
      const read = operator.decode(arrived(message, atMs));
      state = operator.decodeState(operator.encode(state));
      const { publish } = operator.step(state, read, operator.key(read), '');
      const watermark = decodeJson(Watermark, publish[0]!.value, 'a watermark');
      expect(watermark).toMatchObject({
        detector: 'counting-detector',
        topic: 'logs',
        partition: 2,
        partitions: COUNTS,
      });
      expect(publish).toMatchObject([{ topic: 'verdicts', key: 'shop' }]);
      return watermark.timeUs;
    };
    expect(tell(progress('a', 100), 0)).toBe(100);
    expect(tell(progress('b', 50), 1)).toBe(50);
    expect(tell(progress('a', 200), 2)).toBe(50);
    expect(tell(progress('b', 90, { end: true }), 3)).toBe(90);
    expect(tell(progress('a', 210), 4)).toBe(210);
    expect(tell(progress('b', 20), 5)).toBe(20);
    expect(tell(progress('a', 220), 6 + SOURCE_IDLE_MS)).toBe(220);
  });

  it('leaves events and their states as they are', () => {
    const record = {
      topic: 'logs',
      partition: 0,
      offset: 0,
      key: 'x',
      value: Buffer.from('x'),
      headers: {},
      timestampMs: 0,
    };
    const read = operator.decode(record);
    const state = operator.start(operator.key(read));
    operator.step(state, read, 'x', '');
    expect([...operator.encode(operator.decodeState(operator.encode(state)))]).toEqual([1, 1]);
  });

  it('is told on every partition of both topics', () => {
    const records = progressRecords(progress('a', 1));
    for (const [topic, count] of Object.entries(COUNTS)) {
      const own = records.filter((record) => record.topic === topic);
      expect(own.map(({ key }) => partitionOf(key, count))).toEqual(Array.from({ length: count }, (_, i) => i));
      expect(own.every(({ headers }) => headers?.[PROGRESS_HEADER] === '1')).toBe(true);
    }
  });
});
