import type { Level, Verdict } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import type { EpisodeOutcome, Evaluation } from './evaluate-recordings.js';
import { fusionMarkdown } from './fusion-markdown.js';
import { fusionStudy, kindsBelowBestLevel, studyBudgets } from './fusion-study.js';

const SECOND = 1_000_000;
const ASKED = [0.1, 1];

function verdict(level: Level, second: number, pValue: number, state: Verdict['state'] = 'anomalous'): Verdict {
  return {
    type: 'verdict',
    schema: 1,
    id: `${level}-${second}`,
    application: 'shop',
    workload: 'web',
    container: 'web-1',
    detector: level,
    level,
    profileVersion: '-',
    stream: 'test',
    window: { startUs: second * SECOND, endUs: second * SECOND },
    count: 1,
    state,
    pValue,
    score: 1,
    severity: 3,
    path: 'sqli',
    finding: 'any',
    cwe: [],
    techniques: [],
    evidence: [],
    joins: {},
  };
}

/** One attack at 10 s in a minute of which every level scored a window a second. */
function outcome(verdicts: readonly Verdict[]): EpisodeOutcome {
  return {
    application: 'shop',
    episode: 'attack',
    actions: [{ path: 'sqli', kind: 'any', severity: 3, startUs: 10 * SECOND, endUs: 10 * SECOND }],
    verdicts,
    alerts: [],
    requests: [],
    scored: { sequence: 60, frequency: 60, log: 60, process: 60 },
    messages: 1,
    late: 0,
    preciseUs: new Map(),
    startUs: 0,
    spanUs: 60 * SECOND,
  };
}

function evaluation(verdicts: readonly Verdict[], alone: readonly Verdict[] = verdicts): Evaluation {
  const others = studyBudgets(1, ASKED).map((falseAlertsPerDay) => ({
    budget: { falseAlertsPerDay },
    outcomes: [outcome(falseAlertsPerDay > 1 ? alone : verdicts)],
  }));
  const split = { learn: [], calibrate: [], test: [] };
  return { applications: ['shop'], profiles: [], split, outcomes: [outcome(verdicts)], others };
}

describe('the study of fusion', () => {
  it('scores a level alone with the whole budget', () => {
    expect(studyBudgets(1, ASKED)).toEqual([0.1, 1 / 0.3, 5, 20]);
    const { ways } = fusionStudy(evaluation([], [verdict('sequence', 10, 1e-5)]), 1, ASKED);
    const found = Object.fromEntries(ways.map(({ view, recall }) => [view, recall.hits]));
    expect(found).toMatchObject({ 'sequence alone': 1, 'any level': 0, incidents: 0 });
  });

  it('says where the incidents find less than a level alone', () => {
    const study = fusionStudy(evaluation([verdict('log', 10, 1e-9)]), 1, ASKED);
    expect(kindsBelowBestLevel(study)).toEqual(['sqli/any']);
    expect(fusionMarkdown(study).join('\n')).toContain('find less than the best single level');
  });

  it('combines weak verdicts too, and lets a silent level cancel in the Cauchy sum but not in the harmonic mean', () => {
    const strong = verdict('sequence', 10, 1e-7, 'normal');
    const { ways } = fusionStudy(evaluation([strong, verdict('log', 30, 1e-3, 'normal')]), 1, ASKED);
    const found = Object.fromEntries(ways.map(({ view, recall }) => [view, recall.hits]));
    expect(found).toMatchObject({ 'any level': 0, 'harmonic mean of spans': 1, 'Cauchy of spans': 0 });
  });
});
