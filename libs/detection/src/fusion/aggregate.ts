import { Level } from '@plimsoll/contracts';

import { compareText, keepFirst, keepSmallest } from './bounded.js';
import { reciprocalOf } from './combine.js';
import { addDamage, mergeDamage, noDamage, type Damage } from './damage.js';
import { compareEvidence, type FusedEvidence, type Signal } from './signal.js';

/** What one level said, summed up. */
export interface LevelSum {
  count: number;
  anomalous: number;
  minP: number;
  /** Sum of `1/p` in whole numbers: the harmonic mean's, exact in any order. */
  reciprocals: number;
  maxScore: number;
  /** `detector@version`. */
  profiles: string[];
}

/** One kind of finding, summed up. */
export interface FindingSum {
  level: Level;
  detector: string;
  finding: string;
  count: number;
  firstUs: number;
  lastUs: number;
  minP: number;
  top: FusedEvidence[];
}

/**
 * What a number of signals come to. Adding a signal and merging two sums are commutative and associative, and every
 * list is bounded, so the sum depends on the set of signals alone, and its size does not depend on their number.
 */
export interface Sum {
  firstUs: number;
  lastUs: number;
  /** `[firstUs, lastUs]` of the anomalous ones alone. */
  firedUs: { first: number; last: number };
  count: number;
  anomalous: number;
  damage: Damage;
  cwe: string[];
  techniques: string[];
  workloads: string[];
  containers: string[];
  principals: string[];
  levels: Partial<Record<Level, LevelSum>>;
  /** By `level|detector|finding`. */
  findings: Record<string, FindingSum>;
}

const MAX_WORDS = 16;
const MAX_FINDINGS = 48;

/** The name of findings beyond the limit. */
export const OTHER_FINDINGS = '*';

export function emptySum(): Sum {
  return {
    firstUs: Number.MAX_SAFE_INTEGER,
    lastUs: 0,
    firedUs: { first: Number.MAX_SAFE_INTEGER, last: 0 },
    count: 0,
    anomalous: 0,
    damage: noDamage(),
    cwe: [],
    techniques: [],
    workloads: [],
    containers: [],
    principals: [],
    levels: {},
    findings: {},
  };
}

export function addSignal(sum: Sum, signal: Signal, finding: string, evidencePerFinding: number): void {
  const anomalous = signal.anomalous ? 1 : 0;
  sum.firstUs = Math.min(sum.firstUs, signal.timeUs);
  sum.lastUs = Math.max(sum.lastUs, signal.timeUs);
  if (signal.anomalous) widen(sum.firedUs, signal.timeUs, signal.timeUs);
  sum.count += 1;
  sum.anomalous += anomalous;
  addDamage(sum.damage, signal.severity, signal.impact);
  for (const word of signal.cwe) keepSmallest(sum.cwe, word, MAX_WORDS);
  for (const word of signal.techniques) keepSmallest(sum.techniques, word, MAX_WORDS);
  keepSmallest(sum.workloads, signal.workload, MAX_WORDS);
  keepSmallest(sum.containers, signal.container, MAX_WORDS);
  if (signal.principal !== '') keepSmallest(sum.principals, signal.principal, MAX_WORDS);

  const level = levelOf(sum, signal.level);
  level.count += 1;
  level.anomalous += anomalous;
  level.minP = Math.min(level.minP, signal.pValue);
  level.reciprocals += reciprocalOf(signal.pValue);
  level.maxScore = Math.max(level.maxScore, signal.score);
  keepSmallest(level.profiles, signal.profile, MAX_WORDS);

  const kind = findingOf(sum, signal.level, signal.detector, finding);
  kind.count += 1;
  kind.firstUs = Math.min(kind.firstUs, signal.timeUs);
  kind.lastUs = Math.max(kind.lastUs, signal.timeUs);
  kind.minP = Math.min(kind.minP, signal.pValue);
  for (const evidence of signal.evidence) keepFirst(kind.top, evidence, evidencePerFinding, compareEvidence);
}

/** Adds `other` to `sum`; `other` stays as it is. */
export function mergeSum(sum: Sum, other: Sum, evidencePerFinding: number): void {
  sum.firstUs = Math.min(sum.firstUs, other.firstUs);
  sum.lastUs = Math.max(sum.lastUs, other.lastUs);
  widen(sum.firedUs, other.firedUs.first, other.firedUs.last);
  sum.count += other.count;
  sum.anomalous += other.anomalous;
  mergeDamage(sum.damage, other.damage);
  for (const name of ['cwe', 'techniques', 'workloads', 'containers', 'principals'] as const) {
    for (const word of other[name]) keepSmallest(sum[name], word, MAX_WORDS);
  }
  for (const level of LEVELS) {
    const from = other.levels[level];
    if (from === undefined) continue;
    const to = levelOf(sum, level);
    to.count += from.count;
    to.anomalous += from.anomalous;
    to.minP = Math.min(to.minP, from.minP);
    to.reciprocals += from.reciprocals;
    to.maxScore = Math.max(to.maxScore, from.maxScore);
    for (const profile of from.profiles) keepSmallest(to.profiles, profile, MAX_WORDS);
  }
  for (const from of Object.values(other.findings)) {
    mergeFinding(findingOf(sum, from.level, from.detector, from.finding), from, evidencePerFinding);
  }
  limitFindings(sum, evidencePerFinding);
}

/** The levels in the order in which everything names them. */
export const LEVELS: readonly Level[] = Level.options;

/** Gives every finding of the sum one name: what they are called once there are too many kinds of them. */
export function renameFindings(sum: Sum, finding: string, evidencePerFinding: number): Sum {
  const renamed: Sum = { ...sum, findings: {} };
  for (const from of Object.values(sum.findings)) {
    mergeFinding(findingOf(renamed, from.level, from.detector, finding), from, evidencePerFinding);
  }
  return renamed;
}

function widen(span: Sum['firedUs'], firstUs: number, lastUs: number): void {
  span.first = Math.min(span.first, firstUs);
  span.last = Math.max(span.last, lastUs);
}

function levelOf(sum: Sum, level: Level): LevelSum {
  return (sum.levels[level] ??= {
    count: 0,
    anomalous: 0,
    minP: 1,
    reciprocals: 0,
    maxScore: -Number.MAX_VALUE,
    profiles: [],
  });
}

function findingOf(sum: Sum, level: Level, detector: string, finding: string): FindingSum {
  return (sum.findings[`${level}|${detector}|${finding}`] ??= {
    level,
    detector,
    finding,
    count: 0,
    firstUs: Number.MAX_SAFE_INTEGER,
    lastUs: 0,
    minP: 1,
    top: [],
  });
}

function mergeFinding(to: FindingSum, from: FindingSum, evidencePerFinding: number): void {
  to.count += from.count;
  to.firstUs = Math.min(to.firstUs, from.firstUs);
  to.lastUs = Math.max(to.lastUs, from.lastUs);
  to.minP = Math.min(to.minP, from.minP);
  for (const evidence of from.top) keepFirst(to.top, evidence, evidencePerFinding, compareEvidence);
}

/** Beyond the limit the greatest names join 'other findings': one that was dropped once can never come back. */
function limitFindings(sum: Sum, evidencePerFinding: number): void {
  const named = Object.keys(sum.findings).filter((key) => sum.findings[key]!.finding !== OTHER_FINDINGS);
  if (named.length <= MAX_FINDINGS) return;
  const kept: Record<string, FindingSum> = {};
  const dropped = new Set(named.sort(compareText).slice(MAX_FINDINGS));
  const all = sum.findings;
  for (const [key, finding] of Object.entries(all)) if (!dropped.has(key)) kept[key] = finding;
  sum.findings = kept;
  for (const key of dropped) {
    const from = all[key]!;
    mergeFinding(findingOf(sum, from.level, from.detector, OTHER_FINDINGS), from, evidencePerFinding);
  }
}
