import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { encodeJson, TOPICS, type ProfileFile } from '@plimsoll/contracts';
import { applyTopics } from '@plimsoll/kafka-log';
import { parseRedisUrl, RedisConnection, RedisProfileStore } from '@plimsoll/redis-store';

import { startLocalKafka, startLocalRedis, TcpProxy, type LocalKafka, type LocalRedis } from '../servers/index.js';
import { ServiceProcess } from '../services/service-process.js';

export const SERVICES = [
  'collector',
  'sequence-detector',
  'frequency-detector',
  'log-detector',
  'alert-service',
] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Processes of each service. */
export type Replicas = Readonly<Record<ServiceName, number>>;

/** A member that was killed is missed after so long. */
const SESSION_TIMEOUT_MS = 6_000;
const START_TIMEOUT_MS = 240_000;

export interface StackOptions {
  readonly brokers: number;
  readonly replicas: Replicas;
  readonly profiles: readonly ProfileFile[];
}

/** Kafka, Redis behind a proxy, and the five services, all real processes of this machine, to be disturbed. */
export class Stack {
  readonly #running = new Map<ServiceName, ServiceProcess[]>();
  readonly #more: { close(): Promise<void> }[] = [];

  private constructor(
    readonly kafka: LocalKafka,
    readonly redis: LocalRedis,
    /** What services see of Redis. */
    readonly proxy: TcpProxy,
    private readonly folder: string,
  ) {}

  static async start({ brokers, replicas, profiles }: StackOptions): Promise<Stack> {
    const [kafka, redis, folder] = await Promise.all([
      startLocalKafka(brokers),
      startLocalRedis({ appendOnly: true, settings: { appendfsync: 'everysec' } }),
      mkdtemp(join(tmpdir(), 'plimsoll-stack-')),
    ]);
    const stack = new Stack(kafka, redis, await TcpProxy.start(redis.port), folder);
    try {
      const names = kafka.brokers.split(',');
      await applyTopics({ brokers: names }, Object.values(TOPICS), { replicationFactor: Math.min(brokers, 3) });
      await stack.#activate(profiles);
      for (const name of SERVICES) {
        for (let i = 0; i < replicas[name]; i += 1) await stack.add(name);
      }
      const all = SERVICES.flatMap((name) => stack.processes(name));
      await Promise.all(all.map((service) => service.readiness(200, START_TIMEOUT_MS)));
      return stack;
    } catch (error) {
      await stack.close();
      throw error;
    }
  }

  processes(name: ServiceName): readonly ServiceProcess[] {
    return this.#running.get(name) ?? [];
  }

  /** Starts one more process of the service; it need not be ready yet. */
  async add(name: ServiceName): Promise<ServiceProcess> {
    const service = await ServiceProcess.start(name, {
      KAFKA_BROKERS: this.kafka.brokers,
      KAFKA_SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS),
      LOG_LEVEL: 'warn',
      ...(name === 'collector'
        ? { PLIMSOLL_REPLAY: 'true', PLIMSOLL_STATE_DIR: this.folder }
        : { REDIS_URL: `redis://127.0.0.1:${this.proxy.port}` }),
    });
    this.#running.set(name, [...this.processes(name), service]);
    return service;
  }

  /** Ends one process as a crash does. */
  async kill(name: ServiceName, service: ServiceProcess): Promise<void> {
    this.#forget(name, service);
    service.signal('SIGKILL');
    await service.ended();
  }

  /** Ends one process as an orchestrator does. */
  async stop(name: ServiceName, service: ServiceProcess): Promise<void> {
    this.#forget(name, service);
    await service.stop();
  }

  /** Servers that a disturbance started and the services now use. */
  alsoClose(servers: readonly { close(): Promise<void> }[]): void {
    this.#more.push(...servers);
  }

  async close(): Promise<void> {
    const all = SERVICES.flatMap((name) => this.processes(name));
    this.#running.clear();
    // One that a disturbance left paused does not hear a polite signal.
    await Promise.allSettled(
      all.map((service) => {
        service.signal('SIGKILL');
        return service.ended();
      }),
    );
    await this.proxy.close();
    await Promise.allSettled([this.kafka, this.redis, ...this.#more].map((server) => server.close()));
    await rm(this.folder, { recursive: true, force: true });
  }

  #forget(name: ServiceName, service: ServiceProcess): void {
    this.#running.set(
      name,
      this.processes(name).filter((one) => one !== service),
    );
  }

  async #activate(profiles: readonly ProfileFile[]): Promise<void> {
    const connection = new RedisConnection(parseRedisUrl(this.redis.url));
    await connection.ready();
    const store = new RedisProfileStore(connection);
    for (const profile of profiles) {
      await store.put(profile, profile.version, encodeJson(profile));
      await store.activate(profile, profile.version, 'the chaos run');
    }
    await connection.close();
  }
}
