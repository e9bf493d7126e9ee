import type { PipelineWatch } from '@plimsoll/alert-api';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What the watch over the pipeline knows, as metrics. */
export function watchReport(registry: Registry, watch: Pick<PipelineWatch, 'late' | 'silent' | 'workloads'>): void {
  const registers = [registry];
  new Counter({
    name: 'plimsoll_late_verdicts_total',
    help: 'Verdicts that came too late to be joined',
    registers,
    collect() {
      this.reset();
      this.inc(watch.late);
    },
  });
  new Gauge({
    name: 'plimsoll_silent_levels',
    help: 'Levels of workloads that were heard of, or have active profiles, and are not heard',
    registers,
    collect() {
      this.set(watch.silent);
    },
  });
  new Gauge({
    name: 'plimsoll_level_watch',
    help: '1 for the state in which a level watches a workload; labels are bounded by the workloads remembered',
    labelNames: ['application', 'workload', 'level', 'state'],
    registers,
    collect() {
      this.reset();
      for (const { application, workload, levels } of watch.workloads()) {
        for (const { level, state } of levels) this.set({ application, workload, level, state }, 1);
      }
    },
  });
}
