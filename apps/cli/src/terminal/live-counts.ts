import type { CollectorMessage } from '@plimsoll/pipelines';

/** A process that serves makes more calls a second than this; a server's first process, which only waits for others, fewer. */
const FEW_CALLS = 5;
/** How long a workload is watched before it is said to show little. */
const WATCHED_MS = 20_000;

/** What a live trace has given so far, by workload: so that whoever uses the application sees that it is seen. */
export class LiveCounts {
  readonly #byWorkload = new Map<string, { calls: number; requests: number; statements: number }>();
  readonly #told = new Set<string>();

  /** Of the workloads that are traced. */
  constructor(workloads: readonly string[]) {
    for (const workload of workloads) this.#byWorkload.set(workload, { calls: 0, requests: 0, statements: 0 });
  }

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

  /**
   * What is said, once each, of workloads that showed next to nothing in `watchedMs` of tracing: traced alone, the first
   * process of a server that forks (Apache, PostgreSQL, gunicorn) does nothing but wait.
   */
  hints(watchedMs: number): readonly string[] {
    if (watchedMs < WATCHED_MS) return [];
    const seconds = Math.round(watchedMs / 1_000);
    return [...this.#byWorkload].flatMap(([workload, { calls, requests, statements }]) => {
      const little = requests + statements === 0 && calls < FEW_CALLS * seconds;
      if (!little || this.#told.has(workload)) return [];
      this.#told.add(workload);
      return [
        `${workload}: only ${calls.toLocaleString('en')} calls in ${seconds} s. If the application was used, another process serves it: ` +
          'a server that forks waits in its first process and serves in others. Name the one that listens (ss -ltnp), or the parent of those that serve.',
      ];
    });
  }

  /** `web: 52,110 calls, 120 requests, 340 statements`, one workload after the other. */
  words(): string {
    const counts = [...this.#byWorkload.values()];
    if (counts.every(({ calls }) => calls === 0)) return 'nothing seen yet: use the application';
    return [...this.#byWorkload]
      .map(([workload, { calls, requests, statements }]) => {
        const counted = [`${calls.toLocaleString('en')} calls`, `${requests} requests`, `${statements} statements`];
        return `${workload}: ${counted.join(', ')}`;
      })
      .join('; ');
  }
}
