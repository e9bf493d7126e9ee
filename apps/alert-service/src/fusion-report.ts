import {
  ACTIVITIES,
  Alert,
  AttackPath,
  Level,
  severityOf,
  TOPICS,
  US_PER_MS,
  type VerdictsRecord,
} from '@plimsoll/contracts';
import type { fusionOperator } from '@plimsoll/pipelines';
import { systemClock, type Clock, type StepResult } from '@plimsoll/streaming';
import { Counter, Histogram, type Registry } from 'prom-client';

type Fusion = ReturnType<typeof fusionOperator>;

/** Seconds: from what a stream does at best to an hour behind. */
const LATENCY_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600];

/**
 * Counts what goes through fusion: windows and verdicts in, incidents and alerts out, and how far behind the events they
 * come. What is done again after a crash is counted again. Labels are of our own words, never of data.
 */
export class FusionReport {
  readonly #windows: Counter<'level' | 'state'>;
  readonly #verdicts: Counter<'level' | 'outcome'>;
  readonly #incidents: Counter<'path' | 'severity'>;
  readonly #alerts: Counter<'activity'>;
  readonly #verdictLatency: Histogram<'level'>;
  readonly #alertLatency: Histogram;

  constructor(
    registry: Registry,
    private readonly clock: Pick<Clock, 'nowMs'> = systemClock,
  ) {
    const registers = [registry];
    const counter = <Label extends string>(name: string, help: string, labelNames: Label[]): Counter<Label> =>
      new Counter({ name: `plimsoll_${name}`, help, labelNames, registers });
    const latency = <Label extends string>(name: string, help: string, labelNames: Label[]): Histogram<Label> =>
      new Histogram({ name: `plimsoll_${name}`, help, labelNames, buckets: LATENCY_BUCKETS, registers });
    this.#windows = counter('windows_total', 'Windows by level and by what became of them', ['level', 'state']);
    this.#verdicts = counter('verdicts_total', 'Anomalous verdicts by level: joined, or late', ['level', 'outcome']);
    this.#incidents = counter('incidents_total', 'Incidents opened, by path and first severity', ['path', 'severity']);
    this.#alerts = counter('alerts_total', 'Changes of incidents published, by what happened', ['activity']);
    this.#verdictLatency = latency('verdict_latency_seconds', "From a window's end to its verdict in Kafka", ['level']);
    this.#alertLatency = latency('alert_latency_seconds', 'From the event that changed an incident to its alert', []);
    // A series that appears with what it counted shows no rate of it: the first verdict and incident would be missed.
    for (const level of Level.options) {
      this.#verdictLatency.zero({ level });
      for (const outcome of ['joined', 'late']) this.#verdicts.inc({ level, outcome }, 0);
    }
    for (const activity of Object.keys(ACTIVITIES)) this.#alerts.inc({ activity }, 0);
    for (const path of AttackPath.options) {
      for (let id = 1; id <= 6; id++) this.#incidents.inc({ path, severity: severityOf(id).severity.toLowerCase() }, 0);
    }
  }

  /** The same operator, observed. */
  around(operator: Fusion): Fusion {
    return {
      ...operator,
      step: (state, arrived, key, settings) => {
        const result = operator.step(state, arrived, key, settings);
        this.#came(arrived.message, arrived.arrivedUs, result.refused?.reason === 'late');
        this.#went(result);
        return result;
      },
    };
  }

  #came(message: VerdictsRecord, arrivedUs: number, late: boolean): void {
    if (message.type === 'watermark') return;
    const { level } = message;
    if (message.type === 'coverage') {
      for (const [state, windows] of Object.entries(message.windows)) this.#windows.inc({ level, state }, windows);
      return;
    }
    this.#verdicts.inc({ level, outcome: late ? 'late' : 'joined' });
    this.#verdictLatency.observe({ level }, Math.max(0, arrivedUs - message.window.endUs) / (US_PER_MS * 1_000));
  }

  #went({ publish }: StepResult): void {
    for (const { topic, value } of publish) {
      if (topic !== TOPICS.alerts.name) continue;
      const { success, data: alert } = Alert.safeParse(JSON.parse(Buffer.from(value).toString('utf8')));
      // A figure never changes what is published: who reads the topic tells what is wrong with it.
      if (!success) continue;
      this.#alerts.inc({ activity: alert.activity_name.toLowerCase() });
      this.#alertLatency.observe(Math.max(0, this.clock.nowMs() - alert.time) / 1_000);
      if (alert.activity_id !== 1) continue;
      this.#incidents.inc({ path: alert.unmapped.path, severity: alert.severity.toLowerCase() });
    }
  }
}
