import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

import { TOPICS, type VerdictMessage } from '@plimsoll/contracts';
import { seededRandom } from '@plimsoll/evaluation';
import { applyTopics, KafkaLog } from '@plimsoll/kafka-log';
import { EmbeddedTopology } from '@plimsoll/local-run';
import { fusionOperator, verdictRecord } from '@plimsoll/pipelines';
import { watermarkAt } from '@plimsoll/pipelines/testing/verdicts';
import { partitionOf, type LogRecord, type OutgoingRecord } from '@plimsoll/streaming';
import { testServers } from '@plimsoll/streaming/testing';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';

import { reading } from '../records.js';
import { ServiceProcess } from '../services/service-process.js';
import { incidentsOf, quiet, summary } from './outcome.js';
import { recordedVerdicts } from './recorded-verdicts.js';

const EPISODES = ['sqli-union-a', 'xss-stored-3-a', 'csrf-3-a'];
const REPLICAS = 3;
/** Applications for each partition of `verdicts`: every replica has some of its own to fuse. */
const APPLICATIONS_EACH = 2;
const HOUR_US = 3_600_000_000;
/** How long the verdicts take to be published while replicas die: they are killed at work. */
const FEED_MS = 6_000;

const servers = testServers();
const token = `plimsoll_${randomBytes(32).toString('base64url')}`;
const settings = {
  KAFKA_BROKERS: servers?.kafkaBrokers ?? '',
  REDIS_URL: servers?.redisUrl ?? '',
  PLIMSOLL_API_TOKENS: JSON.stringify({
    tokens: [{ name: 'test', role: 'viewer', sha256: createHash('sha256').update(token).digest('hex') }],
  }),
};

/** The verdicts of every level on real attacks, episode by episode. */
let recorded: readonly (readonly VerdictMessage[])[] = [];
let replicas: ServiceProcess[] = [];

describe.skipIf(servers === undefined)(`${REPLICAS} replicas of the alert service`, () => {
  beforeAll(async () => {
    recorded = await recordedVerdicts(EPISODES);
    await applyTopics({ brokers: settings.KAFKA_BROKERS.split(',') }, Object.values(TOPICS));
  });
  afterEach(async () => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    replicas = [];
  });

  it('come to the incidents of one process in memory, whatever order the verdicts arrive in', async () => {
    const run = await Run.start('replicas');
    await run.publish(0);
    await run.expectSameAsInMemory();
    expect(await Promise.all(replicas.map(partitionsWorkedOn)), 'partitions of each replica').toEqual(
      Array.from({ length: REPLICAS }, () => TOPICS.verdicts.partitions / REPLICAS),
    );
    // Whichever replica is asked, it knows every incident.
    const lists = await Promise.all(
      replicas.map((replica) => replica.get(`/api/v1/incidents?application=${run.applications[0]!}`, token)),
    );
    expect(lists.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(lists.map(({ body }) => body)).size).toBe(1);
  }, 120_000);

  it('come to the same when every one of them is killed at a random moment of its work', async () => {
    const run = await Run.start('killed');
    const publishing = run.publish(FEED_MS);
    const random = seededRandom(run.seed);
    const doomed = replicas.splice(0);
    await Promise.all(
      doomed.map(async (replica) => {
        await wait(200 + random() * FEED_MS);
        replica.signal('SIGKILL');
        await replica.ended();
        replicas.push(await ServiceProcess.start('alert-service', settings));
      }),
    );
    await publishing;
    await run.expectSameAsInMemory();
  }, 180_000);
});

/** Verdicts of many applications, published in an order of its own, and what the replicas make of them. */
class Run {
  private constructor(
    readonly seed: number,
    readonly applications: readonly string[],
    private readonly log: KafkaLog,
    private readonly alerts: readonly LogRecord[],
  ) {}

  static async start(name: string): Promise<Run> {
    const seed = randomBytes(4).readUInt32LE();
    const applications = spreadNames(`${name}-${randomUUID()}`);
    const log = new KafkaLog({ brokers: settings.KAFKA_BROKERS.split(',') });
    const alerts: LogRecord[] = [];
    const known = new Set(applications.map((application) => `/plimsoll/${application}`));
    const handler = reading((record) => {
      if (known.has(record.headers['ce_source'] ?? '')) alerts.push(record);
    });
    await log.consume({ topic: TOPICS.alerts.name, group: randomUUID(), handler });
    for (let i = 0; i < REPLICAS; i++) replicas.push(await ServiceProcess.start('alert-service', settings));
    await Promise.all(replicas.map((replica) => replica.readiness(200)));
    return new Run(seed, applications, log, alerts);
  }

  /** Publishes all verdicts in a random order within `durationMs`, and then says that time has gone on. */
  async publish(durationMs: number): Promise<void> {
    const records = shuffled(this.messages().map(verdictRecord), seededRandom(this.seed));
    const steps = Math.max(1, durationMs / 50);
    const size = Math.ceil(records.length / steps);
    for (let from = 0; from < records.length; from += size) {
      await this.log.publish(records.slice(from, from + size));
      if (durationMs > 0) await wait(50);
    }
    await this.log.publish(this.marks());
  }

  async expectSameAsInMemory(): Promise<void> {
    const expected = incidentsOf(await this.inMemory());
    expect(expected.length).toBeGreaterThanOrEqual(this.applications.length);
    // A replica that was killed is missed after half a minute: until then nothing comes, and that is not the end.
    const same = (): boolean => JSON.stringify(incidentsOf(this.alerts)) === JSON.stringify(expected);
    for (const endMs = Date.now() + 120_000; !same() && Date.now() < endMs;) await wait(500);
    await quiet(this.alerts);
    const actual = incidentsOf(this.alerts);
    await this.log.close();
    expect(actual.map(summary), `seed ${this.seed}`).toEqual(expected.map(summary));
    expect(actual, `seed ${this.seed}`).toEqual(expected);
  }

  /** The same verdicts in the order of their times, through one operator on a log and a store in memory. */
  private async inMemory(): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = [];
    const topology = await EmbeddedTopology.start((start) => start(fusionOperator()), {
      onAlert: (record) => records.push(record),
    });
    const inOrder = [...this.messages()].sort((a, b) => a.window.endUs - b.window.endUs);
    await topology.publish([...inOrder.map(verdictRecord), ...this.marks()]);
    await topology.drained();
    await topology.stop();
    return records;
  }

  private messages(): VerdictMessage[] {
    return this.applications.flatMap((application, i) =>
      recorded[i % recorded.length]!.map((message) => ({ ...message, application })),
    );
  }

  private marks(): OutgoingRecord[] {
    const lastUs = Math.max(...recorded.flat().map(({ window }) => window.endUs));
    return this.applications.map((application) => verdictRecord(watermarkAt(application, lastUs + HOUR_US)));
  }
}

/** Names of applications, as many on each partition of `verdicts`. */
function spreadNames(prefix: string): string[] {
  const { partitions } = TOPICS.verdicts;
  const names: string[][] = Array.from({ length: partitions }, () => []);
  for (let i = 0; names.some((some) => some.length < APPLICATIONS_EACH); i++) {
    const name = `${prefix}-${i}`;
    const some = names[partitionOf(name, partitions)]!;
    if (some.length < APPLICATIONS_EACH) some.push(name);
  }
  return names.flat();
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** Partitions of `verdicts` in which this replica has processed records. */
async function partitionsWorkedOn(replica: ServiceProcess): Promise<number> {
  const { body } = await replica.get('/metrics');
  return [...body.matchAll(/^plimsoll_lag_records\{[^}]*group="alert-service",topic="verdicts"[^}]*\} 0$/gm)].length;
}
