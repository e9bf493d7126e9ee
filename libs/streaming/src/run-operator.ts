import type { EventLog } from './event-log.js';
import type { Health } from './health.js';
import type { Operator } from './operator.js';
import { StatefulProcessor, type ProcessorOptions } from './stateful-processor.js';
import type { Wait } from './waiting.js';

export interface RunOptions extends ProcessorOptions {
  readonly log: EventLog;
}

/** An operator at work. */
export interface Running {
  /** Finishes the step in hand, hands the partitions back and leaves the group. Log and store stay open. */
  stop(): Promise<void>;
  /** Ready when log and store answer and no partition waits; else what is waited for and since when. */
  health(): Promise<Health>;
  waits(): readonly Wait[];
  /** Partitions held now. */
  assignment(): readonly number[];
}

/** Runs `operator` as a member of the group of its name until it is stopped. */
export async function runOperator<Message, State>(
  operator: Operator<Message, State>,
  options: RunOptions,
): Promise<Running> {
  const { log, store } = options;
  const processor = new StatefulProcessor(operator, options);
  const consumption = await log.consume({ topic: operator.topic, group: operator.name, handler: processor });
  return {
    stop: () => consumption.stop(),
    health: () => healthOf(log, store, processor.waits()),
    waits: () => processor.waits(),
    assignment: () => processor.assignment(),
  };
}

async function healthOf(log: EventLog, store: { health(): Promise<Health> }, waits: readonly Wait[]): Promise<Health> {
  const wait = waits[0];
  if (wait !== undefined) {
    const { task, on, sinceMs, reason } = wait;
    const since = new Date(sinceMs).toISOString();
    return { ready: false, reason: `${task.topic}/${task.partition} waits for the ${on} since ${since}: ${reason}` };
  }
  const [logHealth, storeHealth] = await Promise.all([log.health(), store.health()]);
  return logHealth.ready ? storeHealth : logHealth;
}
