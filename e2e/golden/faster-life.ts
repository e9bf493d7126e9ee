import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { TOPICS, type LogEvent } from '@plimsoll/contracts';
import {
  MemoryLog,
  MemoryStateStore,
  runOperator,
  type Clock,
  type Operator,
  type OutgoingRecord,
  type Running,
} from '@plimsoll/streaming';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Bytes of objects that are in use once all garbage is gone. Buffers do not count: those are mostly the records that the
 * log in memory holds, up to its limit.
 */
export function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** An operator on a log and a store in memory, whose clock goes as fast as it is told to. */
export class FasterLife {
  private nowMs = 0;
  private readonly clock: Clock = {
    nowMs: () => this.nowMs,
    sleep: (durationMs) => {
      this.pass(durationMs);
      return Promise.resolve();
    },
  };
  private readonly log = new MemoryLog({
    topics: Object.values(TOPICS),
    maxPartitionBytes: 100_000,
    clock: this.clock,
  });
  private readonly cached = new Map<number, number>();
  private running: Running | undefined;

  static async start<Message, State>(operator: Operator<Message, State>): Promise<FasterLife> {
    const life = new FasterLife();
    const { log, clock, cached } = life;
    life.running = await runOperator(operator, {
      log,
      store: new MemoryStateStore(clock),
      clock,
      observer: (event) => {
        if (event.type === 'processed') cached.set(event.task.partition, event.cachedStates);
      },
    });
    return life;
  }

  /** Resolves when the records have been worked on. */
  async give(records: readonly OutgoingRecord[]): Promise<void> {
    await this.log.publish(records);
    await this.log.drained();
  }

  pass(durationMs: number): void {
    this.nowMs += durationMs;
  }

  /** States that are held in memory. */
  states(): number {
    return [...this.cached.values()].reduce((sum, count) => sum + count, 0);
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    await this.log.close();
  }
}

/** Events without an end: the same again and again, of new connections each time, while the sessions are the same. */
export function* again(events: readonly LogEvent[]): Generator<LogEvent, never> {
  for (let round = 0; ; round++) for (const event of events) yield inRound(event, round);
}

function inRound(event: LogEvent, round: number): LogEvent {
  const [stream, id, timeUs] = [`${event.stream}/${round}`, `${event.id}/${round}`, event.timeUs + round * 1e9];
  if (event.type !== 'sql-statement') return { ...event, stream, id, timeUs };
  return { ...event, stream, id, timeUs, key: `${event.key}/${round}`, connection: `${event.connection}/${round}` };
}
