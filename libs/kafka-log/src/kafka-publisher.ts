import { PlimsollError } from '@plimsoll/contracts';
import { retry, type OutgoingRecord } from '@plimsoll/streaming';
import type { Kafka, Message, Producer, TopicMessages } from 'kafkajs';

import { kafkaError } from './kafka-errors.js';
import { keyPartitioner } from './key-partition.js';

interface Waiting {
  readonly records: readonly OutgoingRecord[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Bytes of one topic in one request: kafkajs makes one record batch of them, and brokers take up to 1 MiB. */
const REQUEST_TOPIC_BYTES = 900_000;
const RECORD_OVERHEAD_BYTES = 64;
const ALL_REPLICAS = -1;
const ATTEMPTS = 4;
const PAUSES = { firstPauseMs: 100, longestPauseMs: 1_000 };

/**
 * Publishes with acknowledgement of all replicas. One request is on its way at a time, and what is published meanwhile
 * goes with the next: this keeps the order of each key through retries, and makes batches by itself under load.
 */
export class KafkaPublisher {
  private readonly producer: Producer;
  private connected: Promise<void> | undefined;
  private waiting: Waiting[] = [];
  private sending: Promise<void> | undefined;
  private closed = false;

  constructor(
    kafka: Kafka,
    private readonly maxRecordBytes: number,
  ) {
    // No attempts of kafkajs's own: it leaves out, and reports as sent, what moved to a broker that had answered the
    // attempt before (kafkajs#1303). Not its idempotent mode either: it does not recover when a broker forgets the
    // producer (kafkajs#598), and records that are sent twice are recognised by their identity anyway.
    this.producer = kafka.producer({
      createPartitioner: keyPartitioner,
      allowAutoTopicCreation: false,
      retry: { retries: 0 },
    });
  }

  async publish(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.closed) throw new PlimsollError('stopped', 'the log is closed');
    if (records.length === 0) return;
    for (const record of records) {
      const sizeBytes = sizeOf(record);
      if (sizeBytes > this.maxRecordBytes) {
        const message = `${record.topic}: a record of ${sizeBytes} bytes, the log takes ${this.maxRecordBytes}`;
        throw new PlimsollError('too-large', message);
      }
    }
    await new Promise<void>((resolve, reject) => {
      this.waiting.push({ records, resolve, reject });
      this.sending ??= this.sendAll();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.sending;
    await this.producer.disconnect();
  }

  private async sendAll(): Promise<void> {
    // What is published in the same turn goes together.
    await Promise.resolve();
    while (this.waiting.length > 0) {
      const now = this.waiting;
      this.waiting = [];
      await this.send(now);
    }
    this.sending = undefined;
  }

  private async send(now: readonly Waiting[]): Promise<void> {
    try {
      for (const request of requestsOf(now.flatMap(({ records }) => records))) await this.request(request);
      for (const { resolve } of now) resolve();
    } catch (error) {
      const failure = kafkaError(error, 'publish');
      if (failure.code === 'too-large' && now.length > 1) {
        // One of them is to blame: each hears of its own records alone.
        for (const one of now) await this.send([one]);
      } else {
        for (const { reject } of now) reject(failure);
      }
    }
  }

  /** Sends one request whole, a few times where it fails for now: a leader moves within a second or two. */
  private async request(topicMessages: TopicMessages[]): Promise<void> {
    const again = (error: unknown, attempt: number): boolean =>
      attempt < ATTEMPTS && !this.closed && kafkaError(error, 'publish').retriable;
    try {
      await retry(
        async () => {
          await this.connect();
          await this.producer.sendBatch({ acks: ALL_REPLICAS, topicMessages });
        },
        { ...PAUSES, again },
      );
    } catch (error) {
      const failure = kafkaError(error, 'publish');
      if (failure.retriable) await this.disconnect();
      throw failure;
    }
  }

  /** The next request begins with the brokers that were given, in case these connections lead nowhere any more. */
  private async disconnect(): Promise<void> {
    this.connected = undefined;
    await this.producer.disconnect().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    this.connected ??= this.producer.connect();
    try {
      await this.connected;
    } catch (error) {
      this.connected = undefined;
      throw error;
    }
  }
}

/** The records in order, cut so that no topic has more than a record batch in one request. */
function requestsOf(records: readonly OutgoingRecord[]): TopicMessages[][] {
  const requests: Map<string, { messages: Message[]; bytes: number }>[] = [];
  for (const record of records) {
    const bytes = sizeOf(record);
    let request = requests.at(-1);
    const filled = request?.get(record.topic)?.bytes ?? 0;
    if (request === undefined || (filled > 0 && filled + bytes > REQUEST_TOPIC_BYTES)) {
      request = new Map();
      requests.push(request);
    }
    const part = request.get(record.topic) ?? { messages: [], bytes: 0 };
    part.messages.push(messageOf(record));
    part.bytes += bytes;
    request.set(record.topic, part);
  }
  return requests.map((request) => [...request].map(([topic, { messages }]) => ({ topic, messages })));
}

function messageOf({ key, value, headers }: OutgoingRecord): Message {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return headers === undefined ? { key, value: bytes } : { key, value: bytes, headers: { ...headers } };
}

function sizeOf({ key, value, headers = {} }: OutgoingRecord): number {
  let bytes = RECORD_OVERHEAD_BYTES + value.byteLength + Buffer.byteLength(key);
  for (const [name, text] of Object.entries(headers)) bytes += Buffer.byteLength(name) + Buffer.byteLength(text) + 8;
  return bytes;
}
