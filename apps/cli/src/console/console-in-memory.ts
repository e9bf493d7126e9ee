import process from 'node:process';

import { TOPICS, type ProfileFile } from '@plimsoll/contracts';
import { DEFAULT_FUSION, type Budget } from '@plimsoll/detection';
import { MemoryIncidentStore, MemoryWatchStore } from '@plimsoll/incidents';
import { applicationOperators, storedProfiles } from '@plimsoll/pipelines';
import {
  MemoryLog,
  MemoryProfileStore,
  MemoryStateStore,
  runOperator,
  type EventLog,
  type Running,
} from '@plimsoll/streaming';

import { untilAborted } from '../stop-signal.js';
import { openConsole } from './open-console.js';

/** A partition of the log in memory: there are some thirty. */
const PARTITION_BYTES = 8 << 20;

export interface ConsoleRun {
  /** All of them are active from the start. */
  readonly profiles: readonly ProfileFile[];
  readonly budget: Budget;
  readonly port: number;
  /** Publishes what the detectors are to score. */
  readonly feed: (log: EventLog) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Every service and the console in this process, on a log and stores in memory, until `signal` aborts. */
export async function consoleInMemory({ profiles, budget, port, feed, signal }: ConsoleRun): Promise<void> {
  const log = new MemoryLog({ topics: Object.values(TOPICS), maxPartitionBytes: PARTITION_BYTES });
  const [states, incidents, store] = [new MemoryStateStore(), new MemoryIncidentStore(), new MemoryProfileStore()];
  for (const profile of profiles) {
    await store.put(profile, profile.version, Buffer.from(JSON.stringify(profile)));
    await store.activate(profile, profile.version, 'plimsoll');
  }
  const followed = storedProfiles(store);
  await followed.open();
  const told = new MemoryWatchStore();
  const console = await openConsole({ log, incidents, profiles: store, states, told, budget }, port);
  const running: Running[] = [];
  try {
    const start = applicationOperators(followed, budget, DEFAULT_FUSION.idleUs);
    await start(async (operator) => {
      running.push(await runOperator(operator, { log, store: states, observer: console.observer }));
    });
    process.stdout.write(`The console: ${console.url}\n`);
    await feed(log);
    if (!signal.aborted) process.stderr.write('everything was read; the console stays until Ctrl-C\n');
    await untilAborted(signal);
  } finally {
    await console.close();
    await Promise.allSettled(running.map((one) => one.stop()));
    await Promise.allSettled([followed.close(), log.close(), states.close()]);
  }
}
