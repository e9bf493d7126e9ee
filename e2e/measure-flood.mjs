/**
 * Times a flood through a running alert service on a real Kafka and Redis: 20,000 anomalous verdicts of 500 sessions
 * within a minute of event time, and one of another path in the middle of them. Run after `npm run build`:
 *
 *   node e2e/measure-flood.mjs [--verdicts N]
 *
 * Prints how many incidents and records of `alerts` there were, how long all took, and when the different one was told.
 */
import { randomUUID } from 'node:crypto';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { identity, TOPICS } from '@plimsoll/contracts';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { verdictRecord } from '@plimsoll/pipelines';
import { watermarkAt } from '@plimsoll/pipelines/testing/verdicts';

import { findServers } from './dist/servers/index.js';
import { ServiceProcess } from './dist/services/service-process.js';

const { values: options } = parseArgs({ options: { verdicts: { type: 'string', default: '20000' } } });
const COUNT = Number(options.verdicts);
const FIRST_US = 1_790_000_000_000_000;
const MINUTE_US = 60_000_000;
const CHUNK = 500;
const application = `flood-${randomUUID()}`;

const servers = await findServers();
if ('missing' in servers) throw new Error(servers.missing);
const kafka = { brokers: servers.kafkaBrokers.split(',') };
let service;
const log = new KafkaLog(kafka);
try {
  await applyTopics(kafka, Object.values(TOPICS));
  service = await ServiceProcess.start('alert-service', {
    KAFKA_BROKERS: servers.kafkaBrokers,
    REDIS_URL: servers.redisUrl,
  });
  await service.readiness(200);
  await measure();
} finally {
  await service?.stop();
  await log.close();
  await servers.close();
}

async function measure() {
  const last = new Map();
  const told = { records: 0, differentMs: undefined, at: 0 };
  let startMs = performance.now();
  await log.consume({
    topic: TOPICS.alerts.name,
    group: randomUUID(),
    handler: {
      assigned: async () => undefined,
      revoked: async () => undefined,
      async batch(_partition, records) {
        for (const record of records) {
          if (record.headers.ce_source !== `/plimsoll/${application}`) continue;
          const { unmapped, activity_id } = JSON.parse(Buffer.from(record.value).toString());
          told.records += 1;
          told.at = performance.now();
          last.set(record.key, { merged: unmapped.merged_into, path: unmapped.path, closed: activity_id === 3 });
          if (unmapped.path === 'xss') told.differentMs ??= performance.now() - startMs;
        }
      },
    },
  });
  await untilRead(last);
  const verdicts = Array.from({ length: COUNT }, (_, i) => verdict(i, 'sqli', 'parameter-shape', `s${i % 500}`));
  verdicts.splice(COUNT / 2, 0, verdict(COUNT / 2 + 0.5, 'xss', 'script', 's7'));
  startMs = performance.now();
  for (let i = 0; i < verdicts.length; i += CHUNK) await log.publish(verdicts.slice(i, i + CHUNK).map(verdictRecord));
  const publishedMs = performance.now() - startMs;
  await log.publish([verdictRecord(watermarkAt(application, FIRST_US + 3_600_000_000))]);
  const open = () => [...last.values()].some(({ closed }) => !closed);
  const endMs = performance.now() + 180_000;
  while ((told.differentMs === undefined || open()) && performance.now() < endMs) await wait(50);
  const incidents = [...last.values()].filter(({ merged }) => merged === undefined);
  const line = (name, value) => process.stdout.write(`${name}: ${value}\n`);
  line('verdicts', verdicts.length);
  line('published within', `${(publishedMs / 1_000).toFixed(1)} s`);
  line('all incidents closed after', `${((told.at - startMs) / 1_000).toFixed(1)} s`);
  line(
    'the different one told after',
    told.differentMs === undefined ? 'never' : `${(told.differentMs / 1_000).toFixed(1)} s`,
  );
  line('incidents', `${incidents.length} (${incidents.map(({ path }) => path).join(', ')})`);
  line('records of alerts', told.records);
  if (told.differentMs === undefined || incidents.length > 4) process.exitCode = 1;
}

/** Both groups have their partitions once a verdict has come back as an alert. */
async function untilRead(last) {
  const probe = {
    ...verdict(0, 'csrf', 'origin', 'probe'),
    window: { startUs: FIRST_US - MINUTE_US, endUs: FIRST_US },
  };
  await log.publish([verdictRecord(probe)]);
  for (const endMs = performance.now() + 60_000; last.size === 0 && performance.now() < endMs;) await wait(50);
}

function verdict(i, path, finding, session) {
  const timeUs = FIRST_US + Math.round((i / COUNT) * MINUTE_US);
  const evidence = { kind: finding, event: `event ${i}`, timeUs, observed: 'seen', expected: 'normal', score: 9 };
  return {
    type: 'verdict',
    schema: 1,
    id: identity(application, i),
    application,
    workload: 'web',
    container: 'web-1',
    detector: 'web',
    level: 'log',
    profileVersion: '0',
    stream: 'flood',
    window: { startUs: timeUs, endUs: timeUs },
    count: 1,
    state: 'anomalous',
    pValue: 1e-6,
    score: 9,
    severity: 4,
    path,
    finding,
    cwe: [],
    techniques: ['T1190'],
    evidence: [evidence],
    joins: { session },
  };
}
