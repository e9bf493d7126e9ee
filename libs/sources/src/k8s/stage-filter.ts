import { identity } from '@plimsoll/contracts';

import { at, text, type JsonRecord } from './json-value.js';

/** Requests whose later stages are awaited or remembered; some 200 bytes each, the whole event for the waiting. */
const MAX_WAITING = 1024;
const MAX_COUNTED = 32_768;
/** A longer key is remembered by its digest. */
const MAX_KEY = 400;

/** An event that counts, and whether another request had its auditID before. */
export interface Counted {
  readonly raw: JsonRecord;
  readonly reused: boolean;
}

/**
 * One request counts once, whatever stages the policy lets through. The first stage with an answer counts
 * (ResponseStarted for watch, exec and log, else ResponseComplete or Panic); its later ones are dropped.
 * RequestReceived has no answer, so it waits for one, and counts alone only where none comes: at the end, or when more
 * than `MAX_WAITING` requests wait. A delivery that the API server repeats counts once as well.
 *
 * A client may choose the auditID (the header `Audit-ID`): a request is the same only where the time of its arrival,
 * verb, URI and user are equal too, and an event a repeat only where its stage came at the same time. What has a used
 * auditID without being that is a request of its own, and says so.
 */
export class StageFilter {
  /** Events that were passed over: later stages, and repetitions. */
  passedOver = 0;
  readonly #waiting = new Map<string, JsonRecord>();
  /** Requests that were counted, with stage and time of the event that counted. */
  readonly #counted = new Map<string, string>();
  /** What was asked by the first request with each auditID, whenever that was: an aggregated API server logs it again. */
  readonly #first = new Map<string, string>();

  /** The events that count now, in the order in which their requests came. */
  push(raw: JsonRecord): Counted[] {
    const request = requestKey(raw);
    if (raw['stage'] === 'RequestReceived') {
      if (this.#counted.has(request) || this.#waiting.has(request)) {
        this.passedOver++;
        return [];
      }
      this.#waiting.set(request, raw);
      return this.#waiting.size > MAX_WAITING ? this.#release(1) : [];
    }
    if (this.#waiting.delete(request)) this.passedOver++;
    const counted = this.#counted.get(request);
    const own = stageOf(raw);
    if (counted !== undefined && (counted === own.whole || !counted.startsWith(own.stage))) {
      this.passedOver++;
      return [];
    }
    return [this.#count(request, raw, counted !== undefined)];
  }

  /** Requests that nobody saw answered. */
  end(): Counted[] {
    return this.#release(this.#waiting.size);
  }

  #release(count: number): Counted[] {
    const released: Counted[] = [];
    for (const [request, raw] of this.#waiting) {
      if (released.length === count) break;
      this.#waiting.delete(request);
      released.push(this.#count(request, raw, false));
    }
    return released;
  }

  #count(request: string, raw: JsonRecord, again: boolean): Counted {
    const auditId = text(raw['auditID'], 128) ?? '';
    const first = this.#first.get(auditId);
    const asked = askedBy(raw);
    remember(this.#counted, request, stageOf(raw).whole);
    if (first === undefined) remember(this.#first, auditId, asked);
    return { raw, reused: again || (first !== undefined && first !== asked) };
  }
}

/** What every stage of one request has, and no other request. */
function requestKey(raw: JsonRecord): string {
  return keyOf([raw['auditID'], raw['requestReceivedTimestamp'], askedBy(raw)]);
}

function askedBy(raw: JsonRecord): string {
  return keyOf([raw['verb'], at(raw, 'user', 'username'), raw['requestURI']]);
}

function keyOf(values: readonly unknown[]): string {
  const parts = values.map((part) => (typeof part === 'string' ? part : ''));
  const key = parts.join('\n');
  return key.length <= MAX_KEY ? key : identity(...parts);
}

function stageOf(raw: JsonRecord): { readonly stage: string; readonly whole: string } {
  const stage = `${text(raw['stage'], 64) ?? ''} `;
  return { stage, whole: `${stage}${text(raw['stageTimestamp'], 64) ?? ''}` };
}

function remember(map: Map<string, string>, key: string, value: string): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= MAX_COUNTED) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
