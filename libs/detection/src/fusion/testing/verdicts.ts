import { identity, type Coverage, type Verdict, type Watermark } from '@plimsoll/contracts';

/** A second of event time, from a round start. */
export const SECOND = 1_000_000;
export const T0 = 1_790_000_000 * SECOND;

export const APPLICATION = 'shop';

/** An anomalous verdict of the log level at `second`, to be altered. */
export function verdictAt(second: number, change: Partial<Verdict> = {}): Verdict {
  const timeUs = T0 + second * SECOND;
  const base: Omit<Verdict, 'id'> = {
    type: 'verdict',
    schema: 1,
    application: APPLICATION,
    workload: 'web',
    container: 'web-1',
    detector: 'web',
    level: 'log',
    profileVersion: '0123456789abcdef',
    stream: 'test',
    window: { startUs: timeUs, endUs: timeUs },
    count: 1,
    state: 'anomalous',
    pValue: 1e-6,
    score: 10,
    severity: 4,
    path: 'sqli',
    finding: 'parameter-shape',
    cwe: ['CWE-89'],
    techniques: ['T1190'],
    evidence: [],
    joins: { session: 'mallory' },
  };
  const verdict = { ...base, ...change };
  const id = identity(
    verdict.detector,
    verdict.container,
    verdict.finding,
    verdict.window.endUs,
    verdict.path,
    JSON.stringify(verdict.joins),
    verdict.pValue,
  );
  const evidence =
    verdict.evidence.length > 0
      ? verdict.evidence
      : [
          {
            kind: verdict.finding,
            event: `event of ${id}`,
            timeUs: verdict.window.endUs,
            observed: 'seen',
            expected: 'normal',
            score: verdict.score,
          },
        ];
  return { id, ...verdict, evidence };
}

/** An anomalous window of system calls that ends at `second`: no path, nobody's name. */
export function windowAt(second: number, change: Partial<Verdict> = {}): Verdict {
  const endUs = T0 + second * SECOND;
  return verdictAt(second, {
    level: 'sequence',
    detector: 'sequence',
    path: 'unknown',
    finding: 'unseen-bag',
    cwe: [],
    techniques: [],
    joins: {},
    window: { startUs: endUs - SECOND, endUs },
    ...change,
  });
}

/** A detector has reached `second`: without `change`, the one that these tests know. */
export function watermarkAt(second: number, change: Partial<Watermark> = {}): Watermark {
  const timeUs = T0 + second * SECOND;
  const part = { detector: 'log-detector', topic: 'logs', partition: 0 };
  return { type: 'watermark', schema: 1, application: APPLICATION, ...part, timeUs, ...change };
}

/** A minute in which a level of a container scored `windows`. */
export function coverageAt(second: number, change: Partial<Coverage> = {}): Coverage {
  const endUs = T0 + second * SECOND;
  const base: Omit<Coverage, 'id'> = {
    type: 'coverage',
    schema: 1,
    application: APPLICATION,
    workload: 'web',
    container: 'web-1',
    detector: 'sequence',
    level: 'sequence',
    profileVersion: '0123456789abcdef',
    stream: 'test',
    window: { startUs: endUs - 60 * SECOND, endUs },
    windows: { normal: 60 },
    count: 6_000,
  };
  const coverage = { ...base, ...change };
  return { id: identity(coverage.detector, coverage.container, coverage.window.endUs), ...coverage };
}
