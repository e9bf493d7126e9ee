import { US_PER_SECOND, type LogEvent, type TimeUs } from '@plimsoll/contracts';

interface Reports {
  /** The stream that reported the request first: further ones of it are requests of their own. */
  readonly first: string;
  /** Events of each kind of time, in the order in which they came. */
  readonly whole: string[];
  readonly precise: TimeUs[];
}

/**
 * When the requests of an episode happened. An access log tells whole seconds, and the detectors take the first report
 * of a request, often that one: its time is then the one that a trace has of the same request. Several alike within a
 * second are taken in their order. State: what is noted.
 */
export class RequestTimes {
  readonly #found: { readonly id: string; readonly timeUs: TimeUs }[] = [];
  readonly #reports = new Map<string, Reports>();

  note(event: LogEvent): void {
    if (event.type !== 'web-request' && event.type !== 'k8s-audit') return;
    const { id, timeUs, stream } = event;
    const name = event.type === 'web-request' ? event.request : id;
    const reports = this.#reports.get(name) ?? { first: stream, whole: [], precise: [] };
    this.#reports.set(name, reports);
    if (timeUs % US_PER_SECOND === 0) reports.whole.push(id);
    else reports.precise.push(timeUs);
    if (reports.first === stream) this.#found.push({ id, timeUs });
  }

  /** By event, the time that another source has of it, for those told to the second. */
  precise(): Map<string, TimeUs> {
    const times = new Map<string, TimeUs>();
    for (const { whole, precise } of this.#reports.values()) {
      if (precise.length === 0) continue;
      whole.forEach((id, i) => times.set(id, precise[Math.min(i, precise.length - 1)]!));
    }
    return times;
  }

  /** The requests, each once, one of each that several sources report. */
  requests(): { readonly id: string; readonly timeUs: TimeUs }[] {
    const times = this.precise();
    return this.#found.map(({ id, timeUs }) => ({ id, timeUs: times.get(id) ?? timeUs }));
  }
}
