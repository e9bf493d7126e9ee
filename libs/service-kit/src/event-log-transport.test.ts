import { Controller, Inject, Module, UseFilters } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { PlimsollError } from '@plimsoll/contracts';
import {
  MemoryLog,
  MemoryStateStore,
  StatefulProcessor,
  type EventLog,
  type LogRecord,
  type Operator,
} from '@plimsoll/streaming';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { EVENT_LOG, EventLogTransport } from './event-log-transport.js';
import { OriginalErrorFilter } from './original-error.filter.js';
import { PartitionContext } from './partition-context.js';

const WORK = Symbol('work');
type Work = (records: readonly LogRecord[], context: PartitionContext) => Promise<void>;

@Controller()
@UseFilters(OriginalErrorFilter)
class WordsController {
  readonly #work: Work;

  constructor(@Inject(WORK) work: Work) {
    this.#work = work;
  }

  @EventPattern<string>('words', EVENT_LOG)
  handle(@Payload() records: readonly LogRecord[], @Ctx() context: PartitionContext): Promise<void> {
    return this.#work(records, context);
  }
}

@Module({})
class WordsModule {}

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function start(transport: EventLogTransport, work: Work): Promise<void> {
  const module = {
    module: WordsModule,
    controllers: [WordsController],
    providers: [{ provide: WORK, useValue: work }],
  };
  const application = await NestFactory.createMicroservice(module, { strategy: transport, logger: false });
  open.push(() => application.close());
  await application.listen();
}

function memory(): MemoryLog {
  const log = new MemoryLog({ topics: [{ name: 'words', partitions: 2 }] });
  open.push(() => log.close());
  return log;
}

const words = (key: string, ...texts: string[]) =>
  texts.map((text) => ({ topic: 'words', key, value: Buffer.from(text) }));

const noOwnership = { assigned: () => Promise.resolve(undefined), revoked: () => Promise.resolve() };
const consumed = [{ topic: 'words', group: 'test', ownership: noOwnership }];

describe('EventLogTransport', () => {
  it('hands whole batches to the handler of the topic', async () => {
    const log = memory();
    const seen: string[] = [];
    await log.publish(words('a', 'one', 'two', 'three'));
    await start(new EventLogTransport(log, consumed), (records, context) => {
      expect(context.topic).toBe('words');
      expect(records.every(({ partition }) => partition === context.partition)).toBe(true);
      seen.push(records.map(({ value }) => Buffer.from(value).toString()).join(' '));
      return Promise.resolve();
    });
    await vi.waitFor(() => {
      expect(seen).toEqual(['one two three']);
    });
  });

  it("lets the log hear the handler's own error and gives the batch again", async () => {
    const log = memory();
    const heard: unknown[] = [];
    const failure = new PlimsollError('unavailable', 'the store is away');
    const listening: EventLog = {
      publish: (records) => log.publish(records),
      health: () => log.health(),
      close: () => log.close(),
      consume: ({ handler, ...options }) =>
        log.consume({
          ...options,
          handler: {
            assigned: (partition, signal) => handler.assigned(partition, signal),
            revoked: (partition) => handler.revoked(partition),
            batch: async (...batch) => {
              try {
                await handler.batch(...batch);
              } catch (error) {
                heard.push(error);
                throw error;
              }
            },
          },
        }),
    };
    let calls = 0;
    await start(new EventLogTransport(listening, consumed), () => {
      calls += 1;
      return calls === 1 ? Promise.reject(failure) : Promise.resolve();
    });
    await log.publish(words('a', 'one'));
    await vi.waitFor(() => {
      expect(calls).toBe(2);
    });
    expect(heard).toEqual([failure]);
    expect(heard[0]).toBe(failure);
  });

  it('carries a stateful processor: batches through the controller, ownership beside it', async () => {
    const log = memory();
    const counting: Operator<string, { count: number }> = {
      name: 'counting',
      topic: 'words',
      stateTtlMs: () => 60_000,
      decode: (record) => record.key ?? '',
      key: (message) => message,
      start: () => ({ count: 0 }),
      step: (state, key) => {
        state.count += 1;
        return { publish: [{ topic: 'counts', key, value: Buffer.from(`${key}=${state.count}`) }], end: false };
      },
      encode: (state) => Uint8Array.of(state.count),
      decodeState: (bytes) => ({ count: bytes[0]! }),
    };
    const published: string[] = [];
    const processor = new StatefulProcessor(counting, {
      log: {
        publish: (records) => {
          published.push(...records.map(({ value }) => Buffer.from(value).toString()));
          return Promise.resolve();
        },
      },
      store: new MemoryStateStore(),
    });
    await log.publish([...words('a', 'x', 'x'), ...words('b', 'x')]);
    const transport = new EventLogTransport(log, [{ topic: 'words', group: counting.name, ownership: processor }]);
    await start(transport, (records, { partition, batch }) => processor.batch(partition, records, batch));
    await vi.waitFor(() => {
      expect(published.toSorted()).toEqual(['a=1', 'a=2', 'b=1']);
    });
  });

  it('waits for a log that is away, says why, and can be stopped meanwhile', async () => {
    const away: EventLog = {
      publish: () => Promise.resolve(),
      consume: () => Promise.reject(new PlimsollError('unavailable', 'no broker answers')),
      health: () => Promise.resolve({ ready: false, reason: 'no broker answers' }),
      close: () => Promise.resolve(),
    };
    const transport = new EventLogTransport(away, consumed);
    const started = expect(start(transport, () => Promise.resolve())).rejects.toMatchObject({ code: 'stopped' });
    await vi.waitFor(async () => {
      expect(await transport.health()).toEqual({
        ready: false,
        reason: 'cannot consume words yet: no broker answers',
      });
    });
    await transport.close();
    await started;
  });

  it('refuses a topic that no method handles, and a method whose topic is not consumed', async () => {
    const both = [...consumed, { ...consumed[0]!, topic: 'letters' }];
    await expect(start(new EventLogTransport(memory(), both), () => Promise.resolve())).rejects.toThrow(
      'no method handles topic letters',
    );
    await expect(start(new EventLogTransport(memory(), []), () => Promise.resolve())).rejects.toThrow(
      'handled but not consumed: words',
    );
  });
});
