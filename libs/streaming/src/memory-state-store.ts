import { randomUUID } from 'node:crypto';

import { PlimsollError } from '@plimsoll/contracts';

import { systemClock, type Clock } from './clock.js';
import type { Health } from './health.js';
import type { StateStore, TaskCommit, TaskId, TaskLease } from './state-store.js';

interface Held {
  epoch: number;
  owner: string;
  nextOffset: number | undefined;
  settings: string;
  /** In the order of their writing, so what has expired lies in front. */
  readonly states: Map<string, { readonly bytes: Uint8Array; readonly expiresMs: number }>;
}

/** Windows and checkpoints in the process's own memory. Expired states are swept with every commit. */
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
      states: new Map<string, { bytes: Uint8Array; expiresMs: number }>(),
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
    return this.owned(lease, ({ states, nextOffset }) => {
      if (nextOffset !== checkpoint) throw new PlimsollError('fenced', 'the store is not at the checkpoint to be read');
      const nowMs = this.clock.nowMs();
      return keys.map((key) => {
        const state = states.get(key);
        return state !== undefined && state.expiresMs > nowMs ? state.bytes : undefined;
      });
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
      for (const key of commit.remove) held.states.delete(key);
      for (const [key, bytes] of commit.put) {
        held.states.delete(key);
        held.states.set(key, { bytes: Uint8Array.from(bytes), expiresMs: nowMs + commit.ttlMs });
      }
      for (const [key, state] of held.states) {
        if (state.expiresMs > nowMs) break;
        held.states.delete(key);
      }
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
