import { Evidence, identity, PlimsollError, type K8sAuditEvent } from '@plimsoll/contracts';
import { z } from 'zod';

import { Minute } from '../events/minute.js';

import { CHANNELS } from './burst-table.js';

const VERSION = 1;
const MAX_SEEN = 256;
const MAX_CREDENTIALS = 128;
const MAX_ROLES = 32;
const MAX_COUNTED = 64;
/** Contributions kept for the evidence of the next verdict. */
export const MAX_RECENT = 12;

const Contribution = z.object({ finding: z.string(), nats: z.number(), evidence: Evidence });
export type Contribution = z.infer<typeof Contribution>;

const Burst = z.object({ channel: z.enum(CHANNELS), index: z.number(), size: z.number() });

/**
 * What one user's key remembers: at most a few tens of kilobytes. Lists are oldest first and drop the oldest over their
 * limit; pairs take the place of maps so that the state is its own encoding.
 */
const StateData = z.object({
  lastUs: z.number(),
  /** Surprise gathered and not yet faded, in nats. */
  gathered: z.number(),
  /** The part of it that harmless reads brought. */
  harmless: z.number(),
  /** The part that successful everyday writes brought. */
  ordinary: z.number(),
  /** What was counted lately, each thing once, with its time. */
  seen: z.array(z.tuple([z.string(), z.number()])),
  recent: z.array(Contribution),
  bursts: z.array(Burst),
  /** Address of each token and pod: `JTI=…` or `pod …`. */
  addresses: z.array(z.tuple([z.string(), z.string()])),
  /** Networks that are new for this user, each with the time of its first use. */
  networks: z.array(z.tuple([z.string(), z.number()])).default([]),
  /** What the roles that this user wrote permit. */
  roles: z.array(z.tuple([z.string(), z.array(z.string())])),
  /** Digests of objects that this user changed lately, and of those that the changes may follow from, with the time. */
  changed: z.array(z.tuple([z.string(), z.number()])).default([]),
  followed: z.array(z.tuple([z.string(), z.number()])).default([]),
  /** Requests already scored, against deliveries that repeat: what was asked, the stage and its time. */
  counted: z.array(z.string()),
  minute: Minute.optional(),
});
export type K8sState = z.infer<typeof StateData>;

export function startState(): K8sState {
  return {
    lastUs: 0,
    gathered: 0,
    harmless: 0,
    ordinary: 0,
    seen: [],
    recent: [],
    bursts: [],
    addresses: [],
    networks: [],
    roles: [],
    changed: [],
    followed: [],
    counted: [],
    minute: undefined,
  };
}

export function encodeState(state: K8sState): Uint8Array {
  const body = Buffer.from(JSON.stringify(state));
  const bytes = new Uint8Array(body.byteLength + 1);
  bytes[0] = VERSION;
  bytes.set(body, 1);
  return bytes;
}

/** Throws `unknown-version` for a state that this release did not write, `bad-message` for one that is damaged. */
export function decodeState(bytes: Uint8Array): K8sState {
  if (bytes[0] !== VERSION) {
    throw new PlimsollError('unknown-version', `a state of the Kubernetes detector of version ${bytes[0] ?? 'none'}`);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.subarray(1)).toString('utf8'));
  } catch (cause) {
    throw new PlimsollError('bad-message', 'a state of the Kubernetes detector that is no JSON', { cause });
  }
  const parsed = StateData.safeParse(value);
  if (!parsed.success) throw new PlimsollError('bad-message', 'a state of the Kubernetes detector that is damaged');
  const { minute, ...state } = parsed.data;
  // States of an earlier release begin with a minute before all others.
  return { ...state, minute: minute !== undefined && minute.index < 0 ? undefined : minute };
}

/** Whether `key` was remembered within `ttlUs`; remembers it now. */
export function remember(state: K8sState, key: string, timeUs: number, ttlUs: number): boolean {
  const at = state.seen.findIndex(([known]) => known === key);
  const known = at !== -1 && timeUs - state.seen[at]![1] <= ttlUs;
  if (at !== -1) state.seen.splice(at, 1);
  push(state.seen, [key, timeUs], MAX_SEEN);
  return known;
}

/**
 * Whether the request was scored before; it counts as scored now. The same stage at the same time is a delivery that
 * repeats, another stage of what was asked under this auditID is the rest of a request, of which another collector may
 * have scored the beginning. The same stage at another time is a request of its own: whoever asks may choose the auditID.
 */
export function alreadyCounted(state: K8sState, event: K8sAuditEvent): boolean {
  const asked = askedBy(event);
  const own = `${asked} ${event.stage} ${event.timeUs}`;
  const sameStage = `${asked} ${event.stage} `;
  if (state.counted.some((one) => one === own || (one.startsWith(asked) && !one.startsWith(sameStage)))) return true;
  push(state.counted, own, MAX_COUNTED);
  return false;
}

function askedBy({ auditId, verb, resource, path }: K8sAuditEvent): string {
  const { group, name, subresource, namespace, object } = resource ?? {};
  return identity(auditId, verb, group ?? '', name ?? '', subresource ?? '', namespace ?? '', object ?? '', path ?? '');
}

/** The address that was known for a token or pod, where it is another than `address`; the newest stays known. */
export function otherAddress(state: K8sState, holder: string, address: string): string | undefined {
  const at = state.addresses.findIndex(([known]) => known === holder);
  const before = state.addresses[at]?.[1];
  if (at !== -1) state.addresses.splice(at, 1);
  push(state.addresses, [holder, address], MAX_CREDENTIALS);
  return before === address ? undefined : before;
}

export function rememberRole(state: K8sState, role: string, powers: readonly string[]): void {
  const at = state.roles.findIndex(([known]) => known === role);
  if (at !== -1) state.roles.splice(at, 1);
  push(state.roles, [role, [...powers]], MAX_ROLES);
}

export function push<T>(items: T[], item: T, max: number): void {
  items.push(item);
  if (items.length > max) items.splice(0, items.length - max);
}
