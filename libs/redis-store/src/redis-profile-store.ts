import { PlimsollError } from '@plimsoll/contracts';
import {
  LEARNING_KEPT_MS,
  MAX_LEARNING,
  MAX_PROFILE_BYTES,
  PROFILE_HISTORY,
  systemClock,
  type Clock,
  type Health,
  type ProfileChange,
  type ProfilePointer,
  type ProfileSlot,
  type ProfileStore,
} from '@plimsoll/streaming';

import type { RedisConnection } from './redis-connection.js';
import { profileKeys, slotName, slotOf, type ProfileKeys } from './redis-keys.js';
import { redisScript } from './redis-script.js';

const changeProfile = redisScript('change-profile');
const addProfileVersion = redisScript('add-profile-version');

/** Profiles are renewed whenever they are read or pointed to: what nobody has used for so long goes. */
const PROFILE_TTL_MS = 400 * 86_400_000;
/** What was told of a workload that has been silent for so long is no news. */
const REPORT_TTL_MS = 7 * 86_400_000;
const POLL_MS = 1_000;

/** Profiles in Redis. Pointers and histories of all slots share a hash slot; the bytes of each profile have their own. */
export class RedisProfileStore implements ProfileStore {
  private readonly keys: ProfileKeys;

  constructor(
    private readonly connection: RedisConnection,
    private readonly clock: Clock = systemClock,
  ) {
    this.keys = profileKeys(connection.keyPrefix);
  }

  async put(slot: ProfileSlot, version: string, profile: Uint8Array): Promise<void> {
    if (profile.byteLength > MAX_PROFILE_BYTES) {
      const message = `profile ${version}: ${profile.byteLength} bytes, the limit is ${MAX_PROFILE_BYTES}`;
      throw new PlimsollError('too-large', message);
    }
    const key = this.keys.profile(slot, version);
    // The bytes first: a version in the list always has them.
    await this.connection.call('SET', key, profile, 'PX', PROFILE_TTL_MS, 'NX');
    await this.connection.run(addProfileVersion, [this.keys.versions(slot)], [version, PROFILE_TTL_MS]);
  }

  async get(slot: ProfileSlot, version: string): Promise<Uint8Array | undefined> {
    const bytes = await this.connection.call('GETEX', this.keys.profile(slot, version), 'PX', PROFILE_TTL_MS);
    if (!Buffer.isBuffer(bytes)) return undefined;
    for (const key of [this.keys.versions(slot), this.keys.pointer(slot), this.keys.slots, this.keys.revision]) {
      await this.connection.call('PEXPIRE', key, PROFILE_TTL_MS);
    }
    return bytes;
  }

  versions(slot: ProfileSlot): Promise<readonly string[]> {
    return this.texts('LRANGE', this.keys.versions(slot), 0, -1);
  }

  async pointers(): Promise<readonly ProfilePointer[]> {
    const names = await this.texts('SMEMBERS', this.keys.slots);
    return Promise.all([...names].sort().map((name) => this.pointer(slotOf(name))));
  }

  async pointer(slot: ProfileSlot): Promise<ProfilePointer> {
    const fields = ['active', 'shadow', 'revision'];
    const [active, shadow, revision] = await this.list('HMGET', this.keys.pointer(slot), ...fields);
    return pointerOf(slot, active, shadow, revision);
  }

  activate(slot: ProfileSlot, version: string, by: string): Promise<ProfilePointer> {
    return this.change('activate', slot, version, by);
  }

  shadow(slot: ProfileSlot, version: string | undefined, by: string): Promise<ProfilePointer> {
    return version === undefined ? this.change('unshadow', slot, '', by) : this.change('shadow', slot, version, by);
  }

  rollback(slot: ProfileSlot, by: string): Promise<ProfilePointer> {
    return this.change('rollback', slot, '', by);
  }

  async history(slot: ProfileSlot): Promise<readonly ProfileChange[]> {
    const entries = await this.texts('LRANGE', this.keys.history(slot), 0, -1);
    return entries.map((entry) => {
      const change = JSON.parse(entry) as Omit<ProfileChange, 'active' | 'shadow'> & Partial<ProfileChange>;
      return { ...change, active: change.active, shadow: change.shadow };
    });
  }

  async putReport(slot: ProfileSlot, report: Uint8Array): Promise<void> {
    await this.connection.call('SET', this.keys.report(slot), report, 'PX', REPORT_TTL_MS);
  }

  async report(slot: ProfileSlot): Promise<Uint8Array | undefined> {
    const bytes = await this.connection.call('GET', this.keys.report(slot));
    return Buffer.isBuffer(bytes) ? bytes : undefined;
  }

  async putLearning(slot: ProfileSlot, course: Uint8Array): Promise<void> {
    const { learned, learning } = this.keys;
    const nowMs = this.clock.nowMs();
    await this.connection.call('SET', learning(slot), course, 'PX', LEARNING_KEPT_MS);
    await this.connection.call('ZADD', learned, nowMs + LEARNING_KEPT_MS, slotName(slot));
    await this.connection.call('ZREMRANGEBYSCORE', learned, '-inf', nowMs);
    await this.connection.call('ZREMRANGEBYRANK', learned, 0, -MAX_LEARNING - 1);
    await this.connection.call('PEXPIRE', learned, LEARNING_KEPT_MS);
  }

  async learning(): Promise<readonly Uint8Array[]> {
    const names = await this.texts('ZRANGE', this.keys.learned, 0, -1);
    if (names.length === 0) return [];
    const keys = [...names].sort().map((name) => this.keys.learning(slotOf(name)));
    return (await this.list('MGET', ...keys)).filter((course) => Buffer.isBuffer(course));
  }

  async watch(changed: () => void): Promise<() => Promise<void>> {
    const ending = new AbortController();
    const polling = this.poll(await this.revision(), ending.signal, changed);
    return async () => {
      ending.abort();
      await polling;
    };
  }

  health(): Promise<Health> {
    return this.connection.health();
  }

  /** The connection belongs to whoever made it. */
  close(): Promise<void> {
    return Promise.resolve();
  }

  private async change(
    action: ProfileChange['action'],
    slot: ProfileSlot,
    version: string,
    by: string,
  ): Promise<ProfilePointer> {
    const { slots, versions, pointer, history, earlier, revision } = this.keys;
    const reply = await this.connection.run(
      changeProfile,
      [slots, versions(slot), pointer(slot), history(slot), earlier(slot), revision],
      [action, slotName(slot), version, this.clock.nowMs(), by, PROFILE_HISTORY, PROFILE_TTL_MS],
    );
    const [code, active, shadow, at] = Array.isArray(reply) ? (reply as unknown[]) : [];
    if (code === 1) throw new PlimsollError('bad-profile', `there is no profile ${version} of ${slot.workload} here`);
    if (code === 2) throw new PlimsollError('bad-profile', 'no earlier version was active here');
    return pointerOf(slot, active, shadow, at);
  }

  /** Polled rather than subscribed: a counter cannot be missed in a lost connection, a message can. */
  private async poll(first: string, ended: AbortSignal, changed: () => void): Promise<void> {
    let seen = first;
    for (;;) {
      await this.clock.sleep(POLL_MS, ended);
      if (ended.aborted) return;
      const known = seen;
      seen = await this.revision().catch(() => known);
      if (seen !== known) changed();
    }
  }

  private async revision(): Promise<string> {
    const value = await this.connection.call('GET', this.keys.revision);
    return textOf(value) ?? '';
  }

  private async texts(command: string, ...args: readonly (string | number)[]): Promise<readonly string[]> {
    return (await this.list(command, ...args)).map((item) => textOf(item) ?? '');
  }

  private async list(command: string, ...args: readonly (string | number)[]): Promise<readonly unknown[]> {
    const reply = await this.connection.call(command, ...args);
    return Array.isArray(reply) ? (reply as unknown[]) : [];
  }
}

function pointerOf(slot: ProfileSlot, active: unknown, shadow: unknown, revision: unknown): ProfilePointer {
  return { slot, active: textOf(active), shadow: textOf(shadow), revision: Number(textOf(revision) ?? revision ?? 0) };
}

function textOf(value: unknown): string | undefined {
  return Buffer.isBuffer(value) ? value.toString('utf8') : undefined;
}
