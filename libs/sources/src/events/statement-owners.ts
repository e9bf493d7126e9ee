import type { HttpExchange } from '../http/http-exchange.js';
import type { SqlExchange } from '../sql-wire/sql-exchange.js';
import type { OpenRequest } from '../wire/open-requests.js';
import type { SentStatement } from './web/web-request-event.js';

/** A statement and the requests that it may be for, each with what speaks for it before its values are looked at. */
interface Candidate {
  readonly statement: SentStatement;
  readonly startUs: number;
  readonly own: number;
  readonly others: number;
}

/** Connections, or threads, that have statements waiting, and statements of each. */
const MAX_WAITING = 1_024;
const MAX_STATEMENTS = 64;
/** Before anything was seen, nine statements in ten are taken to be sent by a thread that has read an open request. */
const PRIOR_SAME = 9;
const PRIOR_OTHER = 1;
const US_PER_SECOND = 1_000_000;

/**
 * Which request a statement was sent for. Where one alone was open, it is that one. Of several, the thread says how far it
 * is either: where statements come from threads that have read an open request (processes, a pool of threads) it decides;
 * where one thread serves all it tells nothing, and little where tasks change threads (goroutines). A request that has
 * been open for long (a stream of events) asks less often than a new one.
 *
 * State: at most 64 statements each of 1,024 connections.
 */
export class StatementOwners {
  readonly #waiting = new Map<string, Candidate[]>();
  #same = PRIOR_SAME;
  #other = PRIOR_OTHER;

  add({ thread, startUs, during = [] }: SqlExchange, statement: SentStatement): void {
    // The beginning of the request was not seen: its thread is all there is to go by.
    if (during.length === 0) this.#wait(threadName(thread), { statement, startUs, own: 1, others: 0 });
    else this.#count(during.some((request) => request.thread === thread));
    const weights = during.map((request) => this.#weight(request, thread, startUs));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    during.forEach(({ connection }, i) => {
      this.#wait(connection, { statement, startUs, own: weights[i]!, others: total - weights[i]! });
    });
  }

  /** The statements that may be the request's; how far each is stands in `share`. */
  of({ connection, thread, startUs, endUs }: HttpExchange): SentStatement[] {
    return [connection, threadName(thread)].flatMap((name) => {
      const list = this.#waiting.get(name) ?? [];
      const later = list.filter((candidate) => candidate.startUs > endUs);
      if (later.length === 0) this.#waiting.delete(name);
      else this.#waiting.set(name, later);
      return list
        .filter((candidate) => candidate.startUs >= startUs && candidate.startUs <= endUs)
        .map(({ statement, own, others }) => (others > 0 ? { ...statement, share: { own, others } } : statement));
    });
  }

  #weight(request: OpenRequest, thread: number, timeUs: number): number {
    const byThread = request.thread === thread ? Math.max(1, this.#same / this.#other) : 1;
    return byThread / (1 + (timeUs - request.startUs) / US_PER_SECOND);
  }

  #count(same: boolean): void {
    if (same) this.#same += 1;
    else this.#other += 1;
  }

  #wait(name: string, candidate: Candidate): void {
    const list = this.#waiting.get(name) ?? [];
    list.push(candidate);
    if (list.length > MAX_STATEMENTS) list.shift();
    // Last in, last out: those that are busy stay.
    this.#waiting.delete(name);
    this.#waiting.set(name, list);
    if (this.#waiting.size <= MAX_WAITING) return;
    const oldest = this.#waiting.keys().next();
    if (!oldest.done) this.#waiting.delete(oldest.value);
  }
}

function threadName(thread: number): string {
  return `thread ${thread}`;
}
