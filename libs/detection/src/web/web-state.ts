import { AttackPath, type WebRequest } from '@plimsoll/contracts';
import { z } from 'zod';

import { Minute } from '../events/minute.js';
import { stateCodec } from '../events/event-state.js';

/** A request of the session that led, or may have led, to the next. */
const Visit = z.object({
  endpoint: z.string(),
  path: z.string(),
  timeUs: z.number(),
  event: z.string(),
  /** It was answered by a redirect, and holds an address that may say where to; a state of before does not say. */
  sendsOn: z.boolean().optional(),
});

/** A response that carried a script which did not belong to its page. */
const Delivery = z.object({
  event: z.string(),
  timeUs: z.number(),
  path: z.string(),
  /** The page that asked for it, where it was no page itself; a state of before has none. */
  page: z.string().optional(),
  /** How much the script's novelty speaks for an attack, nats. */
  nats: z.number(),
  parameter: z.string().optional(),
  /** The event of the request that brought it, where that was seen. */
  planted: z.string().optional(),
  /** Its text does not tell what it asks for; a state of before does not say. */
  unread: z.boolean().optional(),
});
export type Delivery = z.infer<typeof Delivery>;

/** Tries of a credential that failed one after another at one endpoint. */
const Tries = z.object({
  endpoint: z.string(),
  failed: z.number(),
  /** What the row by itself says for guessing, nats; a state of before has none. */
  nats: z.number().default(0),
  sinceUs: z.number(),
  lastUs: z.number(),
  /** What their pace says, nats; a state of before has none. */
  pace: z.number().default(0),
  /** What the accounts that they were for say, nats, and the last of them; a state of before has neither. */
  accounts: z.number().default(0),
  account: z.string().optional(),
  /** Those that no alarm has named yet, the newest last; a state of before has none. */
  untold: z.array(z.object({ id: z.string(), timeUs: z.number() })).default([]),
});
export type Tries = z.infer<typeof Tries>;

/** What requests of the session that ended under the line say for one attack together; see weak-requests.ts. */
const Leaning = z.object({
  path: AttackPath,
  nats: z.number(),
  timeUs: z.number(),
  /** Marks of the requests that counted. */
  known: z.array(z.string()),
  /** Requests that no alarm has named yet, the newest last. */
  untold: z.array(z.object({ id: z.string(), timeUs: z.number(), nats: z.number() })),
});
export type Leaning = z.infer<typeof Leaning>;

/**
 * What one session is remembered by: its last visit, how its client usually fills the headers that tell where a request
 * comes from, scripts that it was served, credentials that it tried in vain, and whether it was caught. Under 12 KiB.
 */
export const WebState = z.object({
  previous: Visit.optional(),
  /** Pages that it was shown of late, the newest last. */
  pages: z.array(z.object({ path: z.string(), timeUs: z.number() })),
  /** Requests with and without the header, so far. */
  referer: z.object({ sent: z.number(), missing: z.number() }),
  fetchSite: z.object({ sent: z.number(), missing: z.number() }),
  origin: z.object({ sent: z.number(), missing: z.number() }),
  deliveries: z.array(Delivery),
  /** Credentials that it tried and that failed, by endpoint; a state of before has none. */
  tries: z.array(Tries).default([]),
  /** At most one a path; a state of before has none. */
  leanings: z.array(Leaning).default([]),
  /** The last request of its own that was told as an attack. */
  caught: z.object({ path: AttackPath, timeUs: z.number() }).optional(),
  minute: Minute.optional(),
});
export type WebState = z.infer<typeof WebState>;

const MAX_PAGES = 8;
const MAX_DELIVERIES = 8;
/** What a script does by itself, it does soon: later writes are the user's. */
export const DELIVERY_SPAN_US = 15_000_000;

export function startWebState(): WebState {
  return {
    previous: undefined,
    pages: [],
    referer: { sent: 0, missing: 0 },
    fetchSite: { sent: 0, missing: 0 },
    origin: { sent: 0, missing: 0 },
    deliveries: [],
    tries: [],
    leanings: [],
    caught: undefined,
    minute: undefined,
  };
}

export const webStates = stateCodec(WebState, 2, 'a web session', startWebState);

/** A client's habit with one header, as far as the session has shown it. */
export function habit(header: { readonly sent: number; readonly missing: number }): 'sends' | 'omits' | 'unknown' {
  if (header.sent + header.missing === 0) return 'unknown';
  return header.sent > 0 ? 'sends' : 'omits';
}

/** Takes a scored request into the session's memory. */
export function rememberVisit(
  state: WebState,
  event: WebRequest,
  endpoint: string,
  delivery: Delivery | undefined,
): void {
  if (event.method !== 'OPTIONS') {
    // A visit from another site shows nothing of the client's habits within this one.
    if (event.referer !== undefined && event.referer !== 'foreign' && state.previous !== undefined) {
      count(state.referer, event.referer !== 'absent');
    }
    if (event.fetchSite !== undefined) count(state.fetchSite, event.fetchSite !== 'absent');
    if (event.origin !== undefined && isUnsafe(event.method))
      count(state.origin, event.origin !== 'absent' && event.origin !== 'null');
    if (!isAsset(event)) {
      const { path, timeUs, id } = event;
      state.previous = { endpoint, path, timeUs, event: id, ...(sendsOn(event) ? { sendsOn: true } : {}) };
      state.pages = [...state.pages, { path: event.path, timeUs: event.timeUs }].slice(-MAX_PAGES);
    }
  }
  state.deliveries = state.deliveries.filter((known) => event.timeUs - known.timeUs <= DELIVERY_SPAN_US);
  if (delivery) state.deliveries = [...state.deliveries, delivery].slice(-MAX_DELIVERIES);
}

/** Whether a link's own parameter may choose where its redirect leads: `/out?to=/account/close`. */
function sendsOn({ method, status, parameters }: WebRequest): boolean {
  if (isUnsafe(method) || status < 300 || status >= 400) return false;
  return parameters.some(({ where, shape }) => where === 'query' && /^\/|:\/\//.test(shape));
}

/** What a page loads by itself: it leads to nothing, and its time is not when somebody looked at a page. */
function isAsset({ path, contentType, method }: WebRequest): boolean {
  if (isUnsafe(method)) return false;
  return (
    /^(?:image|font|audio|video)\/|^text\/css|javascript/.test(contentType ?? '') ||
    /\.(?:css|m?js|map|png|jpe?g|gif|svg|webp|avif|ico|woff2?|ttf|eot|mp4|webm|webmanifest)$/i.test(path)
  );
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** Methods that are there to change something. */
export function isUnsafe(method: string): boolean {
  return !SAFE.has(method);
}

function count(header: { sent: number; missing: number }, sent: boolean): void {
  if (sent) header.sent++;
  else header.missing++;
}
