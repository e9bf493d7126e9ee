import { identity, TOPICS, type Verdict, type Watermark } from '@plimsoll/contracts';

import { READERS } from '../services.js';

export const SECOND = 1_000_000;
export const T0 = 1_790_000_000 * SECOND;
const FIRST_PART = { detector: 'log-detector', topic: 'logs', partition: 0 };

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

/** All of the application's events up to `timeUs` were scored, where no detector runs. */
export function watermarkAt(application: string, timeUs: number, part = FIRST_PART): Watermark {
  return { type: 'watermark', schema: 1, application, ...part, timeUs };
}

/**
 * The same of every detector's every partition, where they run. To close what is open, `timeUs` must be more than
 * `gapUs` and `graceUs` after the last verdict.
 */
export function watermarksAt(application: string, timeUs: number): Watermark[] {
  return READERS.flatMap(({ detector, topic }) =>
    Array.from({ length: TOPICS[topic].partitions }, (_, partition) =>
      watermarkAt(application, timeUs, { detector, topic, partition }),
    ),
  );
}
