import { randomUUID } from 'node:crypto';

import { PlimsollError } from '@plimsoll/contracts';
import type { Health, StateStore, TaskCommit, TaskId, TaskLease } from '@plimsoll/streaming';

import type { RedisConnection } from './redis-connection.js';
import { taskKeys, type TaskKeys } from './redis-keys.js';
import { redisScript } from './redis-script.js';

const openTask = redisScript('open-task');
const loadStates = redisScript('load-states');
const stageStates = redisScript('stage-states');
const commitTask = redisScript('commit-task');

const DAY_MS = 86_400_000;
const CHECKPOINT_TTL_MS = 30 * DAY_MS;
const STAGING_TTL_MS = 120_000;
/** Bytes and states that one call carries: some tens of milliseconds of the server's time. */
const CALL_BYTES = 8_388_608;
const CALL_STATES = 2_000;

/** Windows and checkpoints in Redis. A task's keys share a hash slot, so each operation is one script on one node. */
export class RedisStateStore implements StateStore {
  constructor(private readonly connection: RedisConnection) {}

  async open(task: TaskId): Promise<TaskLease> {
    const owner = randomUUID();
    const reply = await this.connection.run(openTask, [this.keys(task).task], [owner, CHECKPOINT_TTL_MS]);
    const [epoch, offset, settings] = listOf(reply, 'open-task');
    return {
      task,
      epoch: Number(epoch),
      owner,
      nextOffset: Buffer.isBuffer(offset) ? Number(offset.toString('latin1')) : undefined,
      settings: Buffer.isBuffer(settings) ? settings.toString('utf8') : '',
    };
  }

  async load(
    { task, owner }: TaskLease,
    keys: readonly string[],
    checkpoint: number | undefined,
  ): Promise<readonly (Uint8Array | undefined)[]> {
    const { task: hash, state } = this.keys(task);
    const states: (Uint8Array | undefined)[] = [];
    for (let from = 0; from < keys.length; from += CALL_STATES) {
      const part = keys.slice(from, from + CALL_STATES).map(state);
      const reply = await this.connection.run(loadStates, [hash, ...part], [owner, checkpoint ?? '']);
      const [code, ...found] = listOf(reply, 'load-states');
      if (code !== 0) throw code === 1 ? fenced(task) : elsewhere(task);
      for (let i = 0; i < part.length; i += 1) {
        const bytes = found[i];
        states.push(Buffer.isBuffer(bytes) ? bytes : undefined);
      }
    }
    return states;
  }

  async commit(lease: TaskLease, commit: TaskCommit): Promise<void> {
    const { task, owner } = lease;
    const keys = this.keys(task);
    const values = [...commit.put.values()].map(({ bytes }) => bytes);
    const staged = await this.stage(keys, owner, values);
    const code = await this.connection.run(
      commitTask,
      [keys.task, keys.staging(owner), ...[...commit.put.keys()].map(keys.state), ...commit.remove.map(keys.state)],
      [
        owner,
        commit.previousOffset ?? '',
        commit.nextOffset,
        commit.settings,
        CHECKPOINT_TTL_MS,
        values.length,
        staged,
        ...[...commit.put.values()].map(({ ttlMs }) => ttlMs),
        ...(staged > 0 ? [] : values),
      ],
    );
    if (code === 0) return;
    if (code === 1) throw fenced(task);
    if (code === 2) throw elsewhere(task);
    throw new PlimsollError('unavailable', 'Redis lost the states that were staged for the commit');
  }

  health(): Promise<Health> {
    return this.connection.health();
  }

  /** The connection belongs to whoever made it. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Lays the states of a large commit ready in several calls; returns how many, 0 where one call carries them. */
  private async stage(keys: TaskKeys, owner: string, values: readonly Uint8Array[]): Promise<number> {
    const bytes = values.reduce((sum, value) => sum + value.byteLength, 0);
    if (bytes <= CALL_BYTES && values.length <= CALL_STATES) return 0;
    for (let from = 0; from < values.length;) {
      let to = from;
      let partBytes = 0;
      while (to < values.length && to - from < CALL_STATES) {
        partBytes += values[to]!.byteLength;
        if (to > from && partBytes > CALL_BYTES) break;
        to += 1;
      }
      const part = values.slice(from, to);
      await this.connection.run(stageStates, [keys.staging(owner)], [from + 1, STAGING_TTL_MS, ...part]);
      from = to;
    }
    return values.length;
  }

  private keys(task: TaskId): TaskKeys {
    return taskKeys(this.connection.keyPrefix, task);
  }
}

function fenced({ group, topic, partition }: TaskId): PlimsollError {
  return new PlimsollError('fenced', `${group}: a later owner has taken ${topic}/${partition}`);
}

function elsewhere({ group, topic, partition }: TaskId): PlimsollError {
  const message = `${group}: Redis is not at the checkpoint of ${topic}/${partition} that its owner knows`;
  return new PlimsollError('fenced', message);
}

function listOf(reply: unknown, script: string): readonly unknown[] {
  if (!Array.isArray(reply)) throw new PlimsollError('unavailable', `Redis, ${script}: not the answer of this script`);
  return reply;
}
