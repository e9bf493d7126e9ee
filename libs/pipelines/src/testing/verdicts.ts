import { identity, type Verdict } from '@plimsoll/contracts';

export const SECOND = 1_000_000;
export const T0 = 1_790_000_000 * SECOND;

/** An anomalous verdict on a web request `second` seconds into the test, to be altered. */
export function webVerdict(second: number, change: Partial<Verdict> = {}): Verdict {
  const timeUs = T0 + Math.round(second * SECOND);
  const verdict: Omit<Verdict, 'id'> = {
    type: 'verdict',
    schema: 1,
    application: 'shop',
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
    evidence: [
      {
        kind: 'parameter-shape',
        event: `access.log:${second}`,
        timeUs,
        observed: "id=1' OR '1'='1",
        expected: 'id is 1 to 4 digits in 2000 requests',
        score: 10,
      },
    ],
    joins: { session: 'mallory' },
    ...change,
  };
  const { detector, finding, window, joins } = verdict;
  return { id: identity(detector, finding, window.endUs, JSON.stringify(joins)), ...verdict };
}
