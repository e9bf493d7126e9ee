import { randomUUID } from 'node:crypto';

import { PlimsollError } from '@plimsoll/contracts';

import { systemClock, type Clock } from './clock.js';
import type { Health } from './health.js';
import type { StateStore, StoredState, TaskCommit, TaskId, TaskLease } from './state-store.js';

interface Held {
  epoch: number;
  owner: string;
  nextOffset: number | undefined;
  settings: string;
  readonly states: Map<string, StoredState>;
  /** When states end, by the life that they were given: in the order of their writing, so what has ended lies in front. */
  readonly ends: Map<number, Map<string, number>>;
}

/** Windows and checkpoints in the process's own memory. Expired states are swept with every look and commit. */
export class MemoryStateStore implements StateStore {
  private readonly tasks = new Map<string, Held>();

  constructor(private readonly clock: Clock = systemClock) {}

  open(task: TaskId): Promise<TaskLease> {
    const id = JSON.stringify([task.group, task.topic, task.partition]);
    const held = this.tasks.get(id) ?? {
      epoch: 0,
      owner: '',
      nextOffset: undefined,
      settings: '',
      states: new Map<string, StoredState>(),
      ends: new Map<number, Map<string, number>>(),
    };
    held.epoch += 1;
    held.owner = randomUUID();
    this.tasks.set(id, held);
    const { epoch, owner, nextOffset, settings } = held;
    return Promise.resolve({ task, epoch, owner, nextOffset, settings });
  }

  load(
    lease: TaskLease,
    keys: readonly string[],
    checkpoint: number | undefined,
  ): Promise<readonly (Uint8Array | undefined)[]> {
    return this.owned(lease, (held) => {
      if (held.nextOffset !== checkpoint) {
        throw new PlimsollError('fenced', 'the store is not at the checkpoint to be read');
      }
      sweep(held, this.clock.nowMs());
      return keys.map((key) => held.states.get(key)?.bytes);
    });
  }

  commit(lease: TaskLease, commit: TaskCommit): Promise<void> {
    return this.owned(lease, (held) => {
      if (held.nextOffset !== commit.previousOffset && held.nextOffset !== commit.nextOffset) {
        throw new PlimsollError('fenced', 'the store is not at the checkpoint that this commit follows');
      }
      const nowMs = this.clock.nowMs();
      held.nextOffset = commit.nextOffset;
      held.settings = commit.settings;
      for (const key of commit.remove) forget(held, key);
      for (const [key, { bytes, ttlMs }] of commit.put) {
        forget(held, key);
        held.states.set(key, { bytes: Uint8Array.from(bytes), ttlMs });
        const ends = held.ends.get(ttlMs) ?? new Map<string, number>();
        held.ends.set(ttlMs, ends.set(key, nowMs + ttlMs));
      }
      sweep(held, nowMs);
    });
  }

  /** Every live state of a task: for tests that compare final states. */
  states(task: TaskId): ReadonlyMap<string, Uint8Array> {
    const held = this.tasks.get(JSON.stringify([task.group, task.topic, task.partition]));
    return new Map([...(held?.states ?? [])].map(([key, { bytes }]) => [key, bytes]));
  }

  health(): Promise<Health> {
    return Promise.resolve({ ready: true });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private owned<T>({ task, epoch, owner }: TaskLease, action: (held: Held) => T): Promise<T> {
    return new Promise((resolve) => {
      const held = this.tasks.get(JSON.stringify([task.group, task.topic, task.partition]));
      if (held?.epoch !== epoch || held.owner !== owner) {
        throw new PlimsollError('fenced', `${task.group}: a later owner has taken ${task.topic}/${task.partition}`);
      }
      resolve(action(held));
    });
  }
}

function forget({ states, ends }: Held, key: string): void {
  const state = states.get(key);
  if (state === undefined) return;
  states.delete(key);
  ends.get(state.ttlMs)?.delete(key);
}

function sweep(held: Held, nowMs: number): void {
  for (const ends of held.ends.values()) {
    for (const [key, endsMs] of ends) {
      if (endsMs > nowMs) break;
      forget(held, key);
    }
  }
}
