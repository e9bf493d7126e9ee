import type { ProfileSlot, TaskId } from '@plimsoll/streaming';

/*
 * Every key of Plimsoll in Redis is built here. What one atomic step touches shares a hash tag, the part in braces,
 * so it lies in one slot of a cluster; a task's tag differs from its neighbour's, so tasks spread over the nodes.
 */

export interface TaskKeys {
  /** Hash: epoch, owner, offset, settings. */
  readonly task: string;
  /** Hash: states on their way into a large commit of one owner. */
  readonly staging: (owner: string) => string;
  /** String: one key's state. */
  readonly state: (key: string) => string;
}

export function taskKeys(prefix: string, { group, topic, partition }: TaskId): TaskKeys {
  const tag = `${prefix}:{${encodeURIComponent(group)}/${encodeURIComponent(topic)}/${partition}}`;
  return {
    task: `${tag}:task`,
    staging: (owner) => `${tag}:staging:${owner}`,
    state: (key) => `${tag}:state:${key}`,
  };
}

export interface ProfileKeys {
  /** Set of slots that have a pointer. */
  readonly slots: string;
  /** Counter of changes of any slot. */
  readonly revision: string;
  readonly versions: (slot: ProfileSlot) => string;
  readonly pointer: (slot: ProfileSlot) => string;
  readonly history: (slot: ProfileSlot) => string;
  readonly earlier: (slot: ProfileSlot) => string;
  /** String: the latest report. */
  readonly report: (slot: ProfileSlot) => string;
  /** Sorted set of slots whose learning was told, by when that ends to be news; and what was told, a string each. */
  readonly learned: string;
  readonly learning: (slot: ProfileSlot) => string;
  /** String: a profile's bytes; megabytes, so in a slot of the cluster of their own. */
  readonly profile: (slot: ProfileSlot, version: string) => string;
}

/** The slot as one text, from which `slotOf` gives it back. */
export function slotName({ application, workload, detector }: ProfileSlot): string {
  return JSON.stringify([application, workload, detector]);
}

export function slotOf(name: string): ProfileSlot {
  const [application = '', workload = '', detector = ''] = JSON.parse(name) as string[];
  return { application, workload, detector };
}

export function profileKeys(prefix: string): ProfileKeys {
  const tag = `${prefix}:{profiles}`;
  return {
    slots: `${tag}:slots`,
    revision: `${tag}:revision`,
    versions: (slot) => `${tag}:versions:${slotName(slot)}`,
    pointer: (slot) => `${tag}:pointer:${slotName(slot)}`,
    history: (slot) => `${tag}:history:${slotName(slot)}`,
    earlier: (slot) => `${tag}:earlier:${slotName(slot)}`,
    report: (slot) => `${tag}:report:${slotName(slot)}`,
    learned: `${tag}:learned`,
    learning: (slot) => `${tag}:learning:${slotName(slot)}`,
    profile: (slot, version) => `${prefix}:profile:${encodeURIComponent(slotName(slot))}:${version}`,
  };
}

/** Hash: the parts of one learning. */
export function learningKey(prefix: string, learning: string): string {
  return `${prefix}:learning:{${encodeURIComponent(learning)}}`;
}
