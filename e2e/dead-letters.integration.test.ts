import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import process from 'node:process';

import { TOPICS } from '@plimsoll/contracts';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { deadLetterOf, type LogRecord } from '@plimsoll/streaming';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { reading, textOf } from './records.js';
import { ROOT } from './root.js';
import { startLocalKafka, type LocalKafka } from './servers/index.js';

const BIN = join(ROOT, 'apps/cli/bin/plimsoll.js');
let kafka: LocalKafka;
let log: KafkaLog;

beforeAll(async () => {
  kafka = await startLocalKafka(1);
  const brokers = [kafka.brokers];
  await applyTopics({ brokers }, Object.values(TOPICS));
  log = new KafkaLog({ brokers });
}, 300_000);
afterAll(async () => {
  await log.close();
  await kafka.close();
});

function plimsoll(...args: string[]): Promise<{ readonly out: string; readonly error: string }> {
  const env = { PATH: process.env['PATH'], KAFKA_BROKERS: kafka.brokers };
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...args], { env }, (_error, out, error) => {
      resolve({ out, error });
    });
  });
}

it('sends the refused records again as they stand on their topic, and those of the named reason alone', async () => {
  const seen: LogRecord[] = [];
  const topic = TOPICS.logs.name;
  await log.consume({ topic, group: randomUUID(), handler: reading((record) => seen.push(record)) });
  const headers = { 'plimsoll-test': 'kept' };
  const texts = Array.from({ length: 30 }, (_, i) => `{"number":${i}}`);
  await log.publish(texts.map((text, i) => ({ topic, key: `key ${i % 5}`, value: Buffer.from(text), headers })));
  await vi.waitFor(() => {
    expect(seen).toHaveLength(30);
  }, 60_000);
  const refused = seen.filter((_, i) => i % 2 === 0);
  const letters = refused.map((record, i) => {
    const code = i < 10 ? 'unknown-version' : 'bad-message';
    return deadLetterOf(record, { reason: code, detail: 'of \u001b[2Ja test' }, 'log-detector');
  });
  await log.publish([...letters, { topic: TOPICS.deadLetters.name, key: 'x', value: Buffer.from('no letter') }]);

  const listed = await plimsoll('dead-letters', 'list');
  expect(listed.out).toMatch(/logs +unknown-version +log-detector +10 /);
  expect(listed.out).toMatch(/logs +bad-message +log-detector +5 /);
  expect(listed.out).not.toContain('\u001b');
  expect((await plimsoll('dead-letters', 'resend')).error).toContain('say which');

  expect((await plimsoll('dead-letters', 'resend', '--reason', 'unknown-version')).out).toBe('10 sent again\n');
  await vi.waitFor(() => {
    expect(seen).toHaveLength(40);
  }, 60_000);
  const again = seen.slice(30);
  expect(again.map(({ key, value }) => `${key} ${Buffer.from(value).toString()}`).sort()).toEqual(
    refused
      .slice(0, 10)
      .map((record) => `${record.key} ${textOf(record)}`)
      .sort(),
  );
  expect(again.every((record) => record.headers['plimsoll-test'] === 'kept')).toBe(true);
}, 180_000);
