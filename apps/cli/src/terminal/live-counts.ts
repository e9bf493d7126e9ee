import type { CollectorMessage } from '@plimsoll/pipelines';

/** What a live trace has given so far, by workload: so that whoever uses the application sees that it is seen. */
export class LiveCounts {
  readonly #byWorkload = new Map<string, { calls: number; requests: number; statements: number }>();

  add(message: CollectorMessage): void {
    const { workload } = message.topic === 'syscalls' ? message.batch : message.event;
    const counts = this.#byWorkload.get(workload) ?? { calls: 0, requests: 0, statements: 0 };
    this.#byWorkload.set(workload, counts);
    if (message.topic === 'syscalls') counts.calls += message.batch.count;
    else if (message.event.type === 'web-request') {
      counts.requests++;
      // What a server asks its database for a request goes with the request.
      counts.statements += message.event.statements.length;
    } else if (message.event.type === 'sql-statement') counts.statements++;
  }

  /** `web: 52,110 calls, 120 requests, 340 statements`, one workload after the other. */
  words(): string {
    if (this.#byWorkload.size === 0) return 'nothing seen yet: use the application';
    return [...this.#byWorkload]
      .map(([workload, { calls, requests, statements }]) => {
        const counted = [`${calls.toLocaleString('en')} calls`, `${requests} requests`, `${statements} statements`];
        return `${workload}: ${counted.join(', ')}`;
      })
      .join('; ');
  }
}
