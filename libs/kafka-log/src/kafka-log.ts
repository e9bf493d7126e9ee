import { PlimsollError } from '@plimsoll/contracts';
import type {
  ConsumeOptions,
  Consumption,
  EventLog,
  Health,
  OutgoingRecord,
  TopicPosition,
  TopicPositions,
} from '@plimsoll/streaming';
import type { Admin, Kafka } from 'kafkajs';

import { kafkaClient } from './kafka-client.js';
import { KafkaConsumption } from './kafka-consumption.js';
import { kafkaError } from './kafka-errors.js';
import type { KafkaOptions } from './kafka-options.js';
import { KafkaPublisher } from './kafka-publisher.js';

/** The log in Kafka. It comes back by itself when brokers do, and `health` says what it waits for meanwhile. */
export class KafkaLog implements EventLog, TopicPositions {
  private readonly kafka: Kafka;
  private readonly publisher: KafkaPublisher;
  private readonly consumptions = new Set<KafkaConsumption>();
  private administrator: Promise<Admin> | undefined;
  private closed = false;

  constructor(private readonly options: KafkaOptions) {
    this.kafka = kafkaClient(options);
    this.publisher = new KafkaPublisher(this.kafka, options.maxRecordBytes ?? 1_000_000);
  }

  publish(records: readonly OutgoingRecord[]): Promise<void> {
    return this.publisher.publish(records);
  }

  /** Resolves at once; the consumer joins its group in the background, as soon as Kafka and the topic are there. */
  consume(options: ConsumeOptions): Promise<Consumption> {
    if (this.closed) return Promise.reject(new PlimsollError('stopped', 'the log is closed'));
    const consumption = new KafkaConsumption(options, {
      kafka: this.kafka,
      administer: (action) => this.administer(action),
      observer: this.options.observer ?? (() => undefined),
      sessionTimeoutMs: this.options.sessionTimeoutMs ?? 30_000,
      fetchLingerMs: this.options.fetchLingerMs ?? 10,
      fetchPartitionBytes: this.options.fetchPartitionBytes ?? 1_048_576,
    });
    this.consumptions.add(consumption);
    return Promise.resolve({
      stop: async () => {
        if (this.consumptions.delete(consumption)) await consumption.stop();
      },
    });
  }

  async positions(topic: string, sinceMs?: number): Promise<readonly TopicPosition[]> {
    try {
      const [bounds, since] = await this.administer((admin) =>
        Promise.all([
          admin.fetchTopicOffsets(topic),
          sinceMs === undefined ? [] : admin.fetchTopicOffsetsByTimestamp(topic, sinceMs),
        ]),
      );
      const from = new Map(since.map(({ partition, offset }) => [partition, Number(offset)]));
      const found = bounds.map(({ partition, low, high }) => {
        // A broker answers -1 where nothing was published since.
        const found = from.get(partition) ?? Number(low);
        return { partition, first: found < 0 ? Number(high) : Math.max(found, Number(low)), end: Number(high) };
      });
      return found.sort((a, b) => a.partition - b.partition);
    } catch (error) {
      throw kafkaError(error, `find the records of ${topic}`);
    }
  }

  async health(): Promise<Health> {
    if (this.closed) return { ready: false, reason: 'the log is closed' };
    for (const consumption of this.consumptions) {
      const health = consumption.health();
      if (!health.ready) return health;
    }
    try {
      await this.administer((admin) => admin.describeCluster());
      return { ready: true };
    } catch (error) {
      return { ready: false, reason: kafkaError(error, 'ask for its health').message };
    }
  }

  /** Every part is closed even where one fails. */
  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    const consumptions = [...this.consumptions];
    this.consumptions.clear();
    await Promise.allSettled(consumptions.map((consumption) => consumption.stop()));
    await Promise.allSettled([this.publisher.close(), this.administrator?.then((admin) => admin.disconnect())]);
  }

  private async administer<T>(action: (admin: Admin) => Promise<T>): Promise<T> {
    this.administrator ??= this.connectAdmin();
    const { administrator } = this;
    const admin = await administrator;
    try {
      return await action(admin);
    } catch (error) {
      // The next call begins with the brokers that were given, in case this connection leads nowhere any more.
      if (this.administrator === administrator) this.administrator = undefined;
      void admin.disconnect().catch(() => undefined);
      throw error;
    }
  }

  private async connectAdmin(): Promise<Admin> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      return admin;
    } catch (error) {
      this.administrator = undefined;
      throw error;
    }
  }
}
