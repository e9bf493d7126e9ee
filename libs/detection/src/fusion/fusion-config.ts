import { IDLE_US, type Reader } from './watermark.js';
import { PlimsollError, US_PER_SECOND, type Level } from '@plimsoll/contracts';

const MINUTE_US = 60 * US_PER_SECOND;

/** What fusion may be told; every time is event time in microseconds. */
export interface FusionConfig {
  /** Verdicts of one kind are kept together for this long; divides `gapUs`. */
  readonly bucketUs: number;
  /** An incident ends when nothing was added for this long. */
  readonly gapUs: number;
  /**
   * How far a verdict may lie behind the watermark, which every source and detector has reached. Up to here the order
   * of arrival changes nothing; beyond it the verdict is refused as late. It delays an incident's close, never its
   * creation.
   */
  readonly graceUs: number;
  /** Longest that a detector's partition is waited for that says nothing, by time of arrival. */
  readonly idleUs: number;
  /** Whom the watermark waits for, once one of them has said how many partitions there are. */
  readonly readers: readonly Reader[];
  /** How long what may be part of another incident waits to be told, in event time; see `isRipe`. */
  readonly holdUs: number;
  /** Two levels speak of the same thing when their times overlap, each widened by this. */
  readonly slackUs: number;
  /** How much of a long window, counted back from its end, can overlap with another level's finding. */
  readonly lookbackUs: number;
  /** Principals of one finding within one `gapUs`; with more, they become one incident of many principals. */
  readonly maxPrincipals: number;
  /** Findings told apart for one path within one `gapUs`; with more, the rest are 'other findings'. */
  readonly maxFindings: number;
  /** Most buckets kept for one application; beyond it new ones join the nearest, and that is counted. */
  readonly maxAtoms: number;
  /** Evidences of one verdict that are published, the strongest first. */
  readonly evidencePerVerdict: number;
  /** Evidences of one level and finding that stay with the incident. */
  readonly evidencePerFinding: number;
  readonly evidencePerAlert: number;
  /** Revisions of an incident in one minute before evidence is gathered to `evidencePerAlert` a revision. */
  readonly revisionsPerMinute: number;
  readonly falseAlertsPerDay: number;
  /** The part of the budget for incidents in which no level alone was anomalous. */
  readonly weakShare: number;
  /** A verdict that is not anomalous counts as a weak sign up to here. */
  readonly weakPValue: number;
  /** Windows that a level scores in a minute of one application, at most, as the weak signs' threshold assumes. */
  readonly windowsPerMinute: Readonly<Record<Level, number>>;
}

export const DEFAULT_FUSION: FusionConfig = {
  bucketUs: 5 * US_PER_SECOND,
  gapUs: 5 * MINUTE_US,
  graceUs: 30 * MINUTE_US,
  idleUs: IDLE_US,
  readers: [],
  holdUs: 10 * US_PER_SECOND,
  slackUs: US_PER_SECOND,
  lookbackUs: 30 * US_PER_SECOND,
  maxPrincipals: 4,
  maxFindings: 24,
  maxAtoms: 4_096,
  evidencePerVerdict: 4,
  evidencePerFinding: 8,
  evidencePerAlert: 32,
  revisionsPerMinute: 16,
  falseAlertsPerDay: 1,
  weakShare: 0.15,
  weakPValue: 0.01,
  windowsPerMinute: { sequence: 240, frequency: 60, log: 600, process: 60 },
};

/** The configuration with what is given put in. Throws `bad-configuration` with every problem at once. */
export function fusionConfig(given: Partial<FusionConfig> = {}): FusionConfig {
  const config = { ...DEFAULT_FUSION, ...given };
  const problems: string[] = [];
  const whole = (name: keyof FusionConfig, least: number): void => {
    const value = config[name];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least) {
      problems.push(`${name} must be a whole number of at least ${least}`);
    }
  };
  whole('bucketUs', US_PER_SECOND);
  whole('gapUs', US_PER_SECOND);
  whole('graceUs', 0);
  whole('holdUs', 0);
  whole('slackUs', 0);
  whole('lookbackUs', 0);
  for (const name of ['maxPrincipals', 'maxFindings', 'evidencePerVerdict', 'evidencePerFinding'] as const) {
    whole(name, 1);
  }
  whole('maxAtoms', 16);
  whole('evidencePerAlert', config.evidencePerVerdict);
  whole('revisionsPerMinute', 1);
  if (config.gapUs % config.bucketUs !== 0) problems.push('bucketUs must divide gapUs');
  if (config.lookbackUs + 2 * config.slackUs >= config.gapUs) problems.push('lookbackUs must be well under gapUs');
  if (!(config.falseAlertsPerDay > 0)) problems.push('falseAlertsPerDay must be over 0');
  if (!(config.weakShare >= 0 && config.weakShare < 1)) problems.push('weakShare must be in [0, 1)');
  if (!(config.weakPValue > 0 && config.weakPValue <= 0.1)) problems.push('weakPValue must be in (0, 0.1]');
  if (problems.length > 0) throw new PlimsollError('bad-configuration', `fusion: ${problems.join('; ')}`);
  return config;
}
