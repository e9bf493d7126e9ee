import { at, text, type JsonRecord } from './json-value.js';

/** Requests whose later stages are awaited or remembered; about 60 bytes each, the whole event for the waiting. */
const MAX_WAITING = 1024;
const MAX_COUNTED = 32_768;

/**
 * One request counts once, whatever stages the policy lets through. The first stage with an answer counts
 * (ResponseStarted for watch, exec and log, else ResponseComplete or Panic); its later ones are dropped.
 * RequestReceived has no answer, so it waits for one, and counts alone only where none comes: at the end, or when more
 * than `MAX_WAITING` requests wait. A delivery that the API server repeats counts once as well.
 */
export class StageFilter {
  readonly #waiting = new Map<string, JsonRecord>();
  readonly #counted = new Set<string>();

  /** The events that count now, in the order in which their requests came. */
  push(event: JsonRecord): JsonRecord[] {
    const id = text(at(event, 'auditID'), 128) ?? '';
    if (at(event, 'stage') === 'RequestReceived') {
      if (this.#counted.has(id)) return [];
      this.#waiting.set(id, event);
      return this.#waiting.size > MAX_WAITING ? this.#release(1) : [];
    }
    this.#waiting.delete(id);
    if (this.#counted.has(id)) return [];
    this.#count(id);
    return [event];
  }

  /** Requests that nobody saw answered. */
  end(): JsonRecord[] {
    return this.#release(this.#waiting.size);
  }

  #release(count: number): JsonRecord[] {
    const released: JsonRecord[] = [];
    for (const [id, event] of this.#waiting) {
      if (released.length === count) break;
      this.#waiting.delete(id);
      this.#count(id);
      released.push(event);
    }
    return released;
  }

  #count(id: string): void {
    this.#counted.add(id);
    if (this.#counted.size > MAX_COUNTED) {
      const oldest = this.#counted.values().next();
      if (oldest.done !== true) this.#counted.delete(oldest.value);
    }
  }
}
