import { PlimsollError } from '@plimsoll/contracts';

import { systemClock, type Clock } from './clock.js';
import type { Health } from './health.js';
import {
  LEARNING_KEPT_MS,
  MAX_LEARNING,
  MAX_PROFILE_BYTES,
  PROFILE_HISTORY,
  type ProfileChange,
  type ProfilePointer,
  type ProfileSlot,
  type ProfileStore,
} from './profile-store.js';

interface Held {
  readonly id: string;
  readonly slot: ProfileSlot;
  readonly profiles: Map<string, Uint8Array>;
  /** Versions that were active before the present one, the latest last: what a rollback returns to. */
  readonly earlier: string[];
  history: ProfileChange[];
  pointer: ProfilePointer;
}

/** Profiles in the process's own memory. */
export class MemoryProfileStore implements ProfileStore {
  private readonly slots = new Map<string, Held>();
  private readonly reports = new Map<string, Uint8Array>();
  /** Courses and when they were told, the latest last. */
  private readonly courses = new Map<string, { readonly course: Uint8Array; readonly atMs: number }>();
  private readonly watchers = new Set<() => void>();

  constructor(private readonly clock: Clock = systemClock) {}

  put(slot: ProfileSlot, version: string, profile: Uint8Array): Promise<void> {
    if (profile.byteLength > MAX_PROFILE_BYTES) {
      const message = `profile ${version}: ${profile.byteLength} bytes, the limit is ${MAX_PROFILE_BYTES}`;
      return Promise.reject(new PlimsollError('too-large', message));
    }
    const { profiles } = this.keep(slot);
    if (!profiles.has(version)) profiles.set(version, Uint8Array.from(profile));
    return Promise.resolve();
  }

  get(slot: ProfileSlot, version: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.held(slot).profiles.get(version));
  }

  versions(slot: ProfileSlot): Promise<readonly string[]> {
    return Promise.resolve([...this.held(slot).profiles.keys()]);
  }

  pointers(): Promise<readonly ProfilePointer[]> {
    const set = [...this.slots.entries()].filter(([, { pointer }]) => pointer.revision > 0);
    return Promise.resolve(set.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { pointer }]) => pointer));
  }

  pointer(slot: ProfileSlot): Promise<ProfilePointer> {
    return Promise.resolve(this.held(slot).pointer);
  }

  activate(slot: ProfileSlot, version: string, by: string): Promise<ProfilePointer> {
    return this.change(slot, 'activate', by, (held) => {
      this.mustHave(held, version);
      const { active, shadow } = held.pointer;
      if (active !== undefined && active !== version) held.earlier.push(active);
      if (held.earlier.length > PROFILE_HISTORY) held.earlier.shift();
      return { active: version, shadow: shadow === version ? undefined : shadow };
    });
  }

  shadow(slot: ProfileSlot, version: string | undefined, by: string): Promise<ProfilePointer> {
    return this.change(slot, version === undefined ? 'unshadow' : 'shadow', by, (held) => {
      if (version !== undefined) this.mustHave(held, version);
      return { active: held.pointer.active, shadow: version };
    });
  }

  rollback(slot: ProfileSlot, by: string): Promise<ProfilePointer> {
    return this.change(slot, 'rollback', by, (held) => {
      const earlier = held.earlier.pop();
      if (earlier === undefined) throw new PlimsollError('bad-profile', 'no earlier version was active here');
      return { active: earlier, shadow: held.pointer.shadow };
    });
  }

  history(slot: ProfileSlot): Promise<readonly ProfileChange[]> {
    return Promise.resolve(this.held(slot).history);
  }

  putReport(slot: ProfileSlot, report: Uint8Array): Promise<void> {
    this.reports.set(this.held(slot).id, Uint8Array.from(report));
    return Promise.resolve();
  }

  report(slot: ProfileSlot): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.reports.get(this.held(slot).id));
  }

  putLearning(slot: ProfileSlot, course: Uint8Array): Promise<void> {
    const { id } = this.held(slot);
    this.courses.delete(id);
    this.courses.set(id, { course: Uint8Array.from(course), atMs: this.clock.nowMs() });
    for (const first of this.courses.keys()) if (this.courses.size > MAX_LEARNING) this.courses.delete(first);
    return Promise.resolve();
  }

  learning(): Promise<readonly Uint8Array[]> {
    const sinceMs = this.clock.nowMs() - LEARNING_KEPT_MS;
    const told = [...this.courses].filter(([, { atMs }]) => atMs > sinceMs).sort(([a], [b]) => (a < b ? -1 : 1));
    return Promise.resolve(told.map(([, { course }]) => course));
  }

  watch(changed: () => void): Promise<() => Promise<void>> {
    const watcher = () => {
      changed();
    };
    this.watchers.add(watcher);
    return Promise.resolve(() => {
      this.watchers.delete(watcher);
      return Promise.resolve();
    });
  }

  health(): Promise<Health> {
    return Promise.resolve({ ready: true });
  }

  close(): Promise<void> {
    this.watchers.clear();
    return Promise.resolve();
  }

  private change(
    slot: ProfileSlot,
    action: ProfileChange['action'],
    by: string,
    next: (held: Held) => Pick<ProfilePointer, 'active' | 'shadow'>,
  ): Promise<ProfilePointer> {
    return new Promise((resolve) => {
      const held = this.held(slot);
      const { active, shadow } = next(held);
      const revision = held.pointer.revision + 1;
      held.pointer = { slot: held.slot, active, shadow, revision };
      held.history = [{ action, active, shadow, revision, atMs: this.clock.nowMs(), by }, ...held.history];
      held.history.length = Math.min(held.history.length, PROFILE_HISTORY);
      for (const watcher of this.watchers) queueMicrotask(watcher);
      resolve(held.pointer);
    });
  }

  private mustHave(held: Held, version: string): void {
    if (!held.profiles.has(version)) {
      throw new PlimsollError('bad-profile', `there is no profile ${version} of ${held.slot.workload} here`);
    }
  }

  private held({ application, workload, detector }: ProfileSlot): Held {
    const id = JSON.stringify([application, workload, detector]);
    const slot = { application, workload, detector };
    const pointer = { slot, active: undefined, shadow: undefined, revision: 0 };
    return this.slots.get(id) ?? { id, slot, profiles: new Map(), earlier: [], history: [], pointer };
  }

  /** As `held`, and remembered: only what was put takes memory. */
  private keep(slot: ProfileSlot): Held {
    const held = this.held(slot);
    this.slots.set(held.id, held);
    return held;
  }
}
