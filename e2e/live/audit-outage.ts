import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';

import { TOPICS } from '@plimsoll/contracts';
import { applyTopics } from '@plimsoll/kafka-log';

import { ROOT } from '../root.js';
import { freePort, startLocalKafka } from '../servers/index.js';
import { ServiceProcess } from '../services/service-process.js';
import { LogReader } from './log-reader.js';

/** What was sent to the audit webhook and what arrived on the topic. */
export interface AuditCount {
  /** Different auditIDs that were sent. */
  readonly sent: number;
  readonly arrived: number;
  readonly missing: number;
  /** auditIDs that arrived under more than one identity: what a reader could not recognise as one. */
  readonly twice: number;
  /** Records with an identity that had arrived before. */
  readonly repeated: number;
  /** Losses that the collector announced. */
  readonly announced: number;
  /** The most bytes that the spool held. */
  readonly spooledBytes: number;
}

/** Where the collector takes audit events, and what sends them: in three parts, the second while Kafka is stopped. */
export type SendPart = (part: 0 | 1 | 2, url: string) => Promise<Iterable<string>>;

/** How long the last records may take to arrive. */
const ARRIVAL_MS = 120_000;

/**
 * A collector takes audit events over HTTP while its Kafka is stopped for `outageMs` in the middle. `send` resolves
 * with the auditIDs of its part. `start` is told where to post before anything is sent, `end` gives auditIDs that only
 * the sender's own log tells of.
 */
export async function countAudit(
  send: SendPart,
  outageMs: number,
  around: {
    readonly start?: (url: string) => Promise<void>;
    readonly end?: () => Promise<Iterable<string>>;
  } = {},
): Promise<AuditCount> {
  const kafka = await startLocalKafka();
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-audit-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/v1/k8s-audit`;
  await applyTopics({ brokers: kafka.brokers.split(',') }, Object.values(TOPICS));
  const collector = await ServiceProcess.start('collector', {
    KAFKA_BROKERS: kafka.brokers,
    PLIMSOLL_STATE_DIR: folder,
    PLIMSOLL_INTAKE_HOST: '127.0.0.1',
    PLIMSOLL_INTAKE_PORT: String(port),
    PLIMSOLL_INTAKE_ANONYMOUS: 'true',
  });
  const sent = new Set<string>();
  const part = async (number: 0 | 1 | 2): Promise<void> => {
    for (const id of await send(number, url)) sent.add(id);
  };
  try {
    await collector.readiness(200);
    await around.start?.(url);
    await part(0);
    await kafka.nodes[0]?.stop();
    const outage = wait(outageMs);
    await part(1);
    await outage;
    const spooledBytes = await metric(collector, 'plimsoll_spool_bytes');
    await kafka.nodes[0]?.start();
    await part(2);
    for (const id of (await around.end?.()) ?? []) sent.add(id);
    const reader = await LogReader.start(kafka.brokers, 'cluster');
    const count = await arrived(reader, sent);
    await reader.close();
    return { ...count, spooledBytes };
  } finally {
    await collector.stop();
    await kafka.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Deliveries as an API server makes them, of at most 400 events each, out of the recorded cluster. */
export function recordedDeliveries(): { ids: string[]; body: string }[] {
  const episodes = ['benign-day1', 'benign-day2-morning', 'benign-day2-afternoon', 'stolen-token-discovery-a'];
  const lines = episodes.flatMap((episode) =>
    gunzipSync(readFileSync(join(ROOT, 'recordings/cluster', episode, 'audit.jsonl.gz')))
      .toString('utf8')
      .trimEnd()
      .split('\n'),
  );
  return Array.from({ length: Math.ceil(lines.length / 400) }, (_, i) => {
    const items = lines.slice(i * 400, (i + 1) * 400);
    return {
      ids: items.map(auditIdOf),
      body: `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items.join(',')}]}`,
    };
  });
}

/** The auditID of an event as JSON. */
export function auditIdOf(line: string): string {
  return /"auditID":"([^"]+)"/.exec(line)?.[1] ?? '';
}

async function arrived(reader: LogReader, sent: ReadonlySet<string>): Promise<Omit<AuditCount, 'spooledBytes'>> {
  const endMs = Date.now() + ARRIVAL_MS;
  const seen = new Map<string, Set<string>>();
  let taken = 0;
  while (Date.now() < endMs) {
    const events = [...reader.events.values()];
    for (const event of events.slice(taken)) {
      if (event.type !== 'k8s-audit') continue;
      const auditId = event.id.split('/')[0] ?? '';
      seen.set(auditId, (seen.get(auditId) ?? new Set()).add(event.id));
    }
    if (events.length === taken && [...sent].every((id) => seen.has(id))) break;
    taken = events.length;
    await wait(1_500);
  }
  return {
    sent: sent.size,
    arrived: [...sent].filter((id) => seen.has(id)).length,
    missing: [...sent].filter((id) => !seen.has(id)).length,
    twice: [...seen.values()].filter((identities) => identities.size > 1).length,
    repeated: reader.repeated,
    announced: [...reader.events.values()].filter(({ type }) => type === 'gap').length,
  };
}

async function metric(service: ServiceProcess, name: string): Promise<number> {
  const { body } = await service.get('/metrics');
  return Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(body)?.[1]);
}
