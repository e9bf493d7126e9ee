import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from './free-port.js';
import { kafkaJars } from './kafka-jars.js';
import { runProgram } from './programs.js';
import { ServerProcess } from './server-process.js';

export interface LocalKafka {
  /** `host:port,…` of every broker. */
  readonly brokers: string;
  /** The brokers, to be stopped, killed, paused and started again one by one; their data stays. */
  readonly nodes: readonly ServerProcess[];
  /** Stops every broker and removes its data. */
  close(): Promise<void>;
}

/** Starts Apache Kafka (KRaft) from Maven's jars: `count` brokers, internal topics replicated on up to three. */
export async function startLocalKafka(
  count = 1,
  options: {
    /** Addresses that clients are told instead of the brokers' own, one for each: where a proxy stands between. */
    readonly advertised?: readonly string[];
    /** One more listener on the first broker. */
    readonly extraListener?: { readonly name: string; readonly protocol: string; readonly port: number };
    readonly scramUsers?: readonly { readonly name: string; readonly password: string }[];
    /** For measurements: the JVM compiles in full, which takes it longer to start. */
    readonly fullSpeed?: boolean;
    readonly settings?: Readonly<Record<string, string | number>>;
  } = {},
): Promise<LocalKafka> {
  const jars = await kafkaJars();
  const home = await mkdtemp(join(tmpdir(), 'plimsoll-kafka-'));
  const clusterId = newClusterId();
  const ports: { client: number; controller: number }[] = [];
  for (let i = 0; i < count; i += 1) ports.push({ client: await freePort(), controller: await freePort() });
  const voters = ports.map(({ controller }, i) => `${i + 1}@127.0.0.1:${controller}`).join(',');
  const replication = Math.min(count, 3);
  const nodes: ServerProcess[] = [];
  const classPath = join(jars, 'lib', '*');
  const quick = options.fullSpeed === true ? [] : ['-XX:TieredStopAtLevel=1'];
  for (const [i, { client, controller }] of ports.entries()) {
    const directory = join(home, `broker-${i + 1}`);
    await mkdir(directory);
    const advertised = options.advertised?.[i] ?? `127.0.0.1:${client}`;
    const extra = i === 0 ? options.extraListener : undefined;
    const also = (text: (of: NonNullable<typeof extra>) => string): string =>
      extra === undefined ? '' : `,${text(extra)}`;
    const settings: Record<string, string | number> = {
      'process.roles': 'broker,controller',
      'node.id': i + 1,
      'controller.quorum.voters': voters,
      'controller.listener.names': 'CONTROLLER',
      listeners: `PLAINTEXT://127.0.0.1:${client},CONTROLLER://127.0.0.1:${controller}${also(({ name, port }) => `${name}://127.0.0.1:${port}`)}`,
      'advertised.listeners': `PLAINTEXT://${advertised}${also(({ name, port }) => `${name}://127.0.0.1:${port}`)}`,
      'listener.security.protocol.map': `PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT${also(({ name, protocol }) => `${name}:${protocol}`)}`,
      'log.dirs': join(directory, 'data'),
      'auto.create.topics.enable': 'false',
      'offsets.topic.num.partitions': 3,
      'offsets.topic.replication.factor': replication,
      'transaction.state.log.num.partitions': 1,
      'transaction.state.log.replication.factor': replication,
      'transaction.state.log.min.isr': Math.max(1, replication - 1),
      'min.insync.replicas': Math.max(1, replication - 1),
      'group.initial.rebalance.delay.ms': 0,
      'group.min.session.timeout.ms': 1000,
      'log.cleaner.dedupe.buffer.size': 10_485_760,
      ...options.settings,
    };
    const file = join(directory, 'server.properties');
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(file, lines.join(''));
    const users = (options.scramUsers ?? []).flatMap((user) => [
      '--add-scram',
      `SCRAM-SHA-512=[name=${user.name},password=${user.password}]`,
    ]);
    const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file, ...users];
    await runProgram('java', [...quick, '-cp', classPath, ...format]);
    nodes.push(
      new ServerProcess({
        command: 'java',
        args: ['-Xmx512m', '-Xms128m', '-XX:+UseSerialGC', ...quick, '-cp', classPath, 'kafka.Kafka', file],
        port: client,
        startTimeoutMs: 180_000,
        directory,
      }),
    );
  }
  const close = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop(5_000)));
    await rm(home, { recursive: true, force: true });
  };
  try {
    // A quorum forms among those that are up, so all start at once.
    await Promise.all(nodes.map((node) => node.start()));
  } catch (error) {
    await close();
    throw error;
  }
  const brokers = ports.map(({ client }, i) => options.advertised?.[i] ?? `127.0.0.1:${client}`).join(',');
  return { brokers, nodes, close };
}

/** 16 random bytes, as Kafka names clusters; never with a hyphen first, which its own tool takes for an option. */
function newClusterId(): string {
  const bytes = randomBytes(16);
  bytes[0]! &= 0x7f;
  return bytes.toString('base64url');
}
