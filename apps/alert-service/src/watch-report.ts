import type { PipelineWatch } from '@plimsoll/alert-api';
import { Gauge, type Registry } from 'prom-client';

/** What the watch over the pipeline knows, as metrics. */
export function watchReport(registry: Registry, watch: Pick<PipelineWatch, 'late' | 'silent'>): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `plimsoll_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  };
  gauge('late_verdicts', 'Verdicts that came too late to be joined, since the start', () => watch.late);
  gauge('silent_levels', 'Levels of workloads that were heard of and are no more', () => watch.silent);
}
