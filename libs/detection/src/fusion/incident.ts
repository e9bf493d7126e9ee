import type { AttackPath, Level } from '@plimsoll/contracts';

import { emptySum, LEVELS, mergeSum, type FindingSum, type Sum } from './aggregate.js';
import type { Atom } from './atom.js';
import { compareText } from './bounded.js';
import { harmonicMeanP } from './combine.js';
import { coverageOf, type CoverageByMinute } from './coverage.js';
import { severityOf } from './damage.js';
import type { FusionConfig } from './fusion-config.js';
import type { Group, GroupKind } from './group.js';
import { compareEvidence, type FusedEvidence } from './signal.js';

/**
 * `anomalous`: the level fired. `weak`: nothing over its own threshold, but near it. `normal`: it scored and found
 * nothing. `insufficient`, `gap`, `warming`: it could not score. `absent`: nobody reported for it.
 */
export type LevelState = 'anomalous' | 'weak' | 'normal' | 'insufficient' | 'gap' | 'warming' | 'absent';

/** What one level says of an incident. */
export interface LevelReport {
  readonly level: Level;
  readonly state: LevelState;
  /** Probability of this in a benign time as long, the windows that were normal counted in; 1 where it is silent. */
  readonly pValue: number;
  /** The strongest single verdict. */
  readonly minP: number;
  readonly maxScore: number;
  readonly anomalous: number;
  /** Windows that it scored in the incident's minutes. */
  readonly scored: number;
  /** `detector@profile version`. */
  readonly profiles: readonly string[];
}

export interface FindingReport {
  readonly level: Level;
  readonly detector: string;
  readonly finding: string;
  readonly count: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly minP: number;
}

/** One incident of an application, as far as it is known. */
export interface Incident {
  readonly id: string;
  readonly application: string;
  readonly kind: GroupKind;
  readonly path: AttackPath;
  readonly firstUs: number;
  readonly lastUs: number;
  /** 1 informational … 6 fatal. */
  readonly severity: number;
  /** What was seen to happen; where nothing was, the severity is an estimate. */
  readonly impact: { readonly seen: boolean; readonly columns: readonly string[] };
  /** 1 low, 2 medium, 3 high. */
  readonly confidence: 1 | 2 | 3;
  /** Combined over the levels that scored, allowing for dependence. */
  readonly pValue: number;
  readonly verdicts: number;
  readonly anomalous: number;
  readonly levels: readonly LevelReport[];
  readonly findings: readonly FindingReport[];
  readonly workloads: readonly string[];
  readonly containers: readonly string[];
  readonly principals: readonly string[];
  readonly cwe: readonly string[];
  readonly techniques: readonly string[];
  /** The strongest, findings taking turns, so that a frequent one does not crowd out a rare one. */
  readonly evidence: readonly FusedEvidence[];
}

/** The incident that a group of atoms makes: a function of the group and of what is known of who watched. */
export function incidentOf(
  application: string,
  group: Group,
  coverage: CoverageByMinute,
  config: FusionConfig,
): Incident {
  const sum = sumOf(group, config);
  const levels = LEVELS.map((level) => levelReport(level, sum, coverage));
  const scoring = levels.filter(({ scored }) => scored > 0);
  const pValue = harmonicMeanP(scoring.map((level) => level.pValue));
  const findings = Object.values(sum.findings).sort(
    (a, b) =>
      Number(isConsequence(a)) - Number(isConsequence(b)) ||
      a.minP - b.minP ||
      compareText(findingKey(a), findingKey(b)),
  );
  // It begins with the first thing that fired, not with what was only near its threshold before.
  const span = sum.anomalous > 0 ? sum.firedUs : { first: sum.firstUs, last: sum.lastUs };
  return {
    id: group.id,
    application,
    kind: group.kind,
    path: group.kind.path,
    firstUs: span.first,
    lastUs: Math.max(span.last, span.first),
    severity: severityOf(sum.damage),
    impact: { seen: sum.damage.seen > 0, columns: sum.damage.columns },
    confidence: confidenceOf(group.kind.path, levels, sum),
    pValue,
    verdicts: sum.count,
    anomalous: sum.anomalous,
    levels,
    findings: findings.map(({ level, detector, finding, count, firstUs, lastUs, minP }) => ({
      level,
      detector,
      finding,
      count,
      firstUs,
      lastUs,
      minP,
    })),
    workloads: sum.workloads,
    containers: sum.containers,
    principals: sum.principals,
    cwe: sum.cwe,
    techniques: sum.techniques,
    evidence: turns(findings, sum.anomalous > 0, config.evidencePerAlert),
  };
}

function sumOf(group: Pick<Group, 'carries' | 'atoms' | 'consequences'>, config: FusionConfig): Sum {
  const sum = emptySum();
  for (const carry of group.carries) mergeSum(sum, carry.sum, config.evidencePerFinding);
  for (const atom of group.atoms) mergeSum(sum, toldSum(group, atom), config.evidencePerFinding);
  return sum;
}

/** What an atom comes to in its incident: consequences are findings of their own, so that neither crowds out the other. */
export function toldSum(group: Pick<Group, 'consequences'>, atom: Atom): Sum {
  if (!group.consequences.has(atom.key)) return atom.sum;
  const findings = Object.entries(atom.sum.findings).map(([name, sum]) => {
    return [name, { ...sum, finding: `${sum.finding} (consequence)`, top: sum.top.map(asConsequence) }] as const;
  });
  return { ...atom.sum, findings: Object.fromEntries(findings) };
}

function isConsequence({ top }: FindingSum): boolean {
  return top.some(({ consequence }) => consequence === true);
}

export function asConsequence(evidence: FusedEvidence): FusedEvidence {
  return { ...evidence, consequence: true };
}

function levelReport(level: Level, sum: Sum, coverage: CoverageByMinute): LevelReport {
  const windows = coverageOf(coverage, level, sum.firstUs, sum.lastUs);
  const own = sum.levels[level];
  const scored = (own?.count ?? 0) + windows.normal;
  if (own !== undefined) {
    // The harmonic mean over every window scored in the time: an unremarkable one counts as p = 1.
    const pValue = Math.min(1, scored / (own.reciprocals + windows.normal));
    return {
      level,
      state: own.anomalous > 0 ? 'anomalous' : 'weak',
      pValue,
      minP: own.minP,
      maxScore: own.maxScore,
      anomalous: own.anomalous,
      scored,
      profiles: own.profiles,
    };
  }
  return { level, state: silentState(windows), pValue: 1, minP: 1, maxScore: 0, anomalous: 0, scored, profiles: [] };
}

function silentState(windows: ReturnType<typeof coverageOf>): LevelState {
  if (windows.normal > 0) return 'normal';
  for (const state of ['gap', 'insufficient', 'warming'] as const) if (windows[state] > 0) return state;
  return 'absent';
}

/** High: two levels fired. Medium: one did, and knows the path or did so repeatedly. Low: anything else. */
function confidenceOf(path: AttackPath, levels: readonly LevelReport[], sum: Sum): 1 | 2 | 3 {
  const fired = levels.filter(({ state }) => state === 'anomalous').length;
  if (fired >= 2) return 3;
  return fired === 1 && (path !== 'unknown' || sum.anomalous > 2) ? 2 : 1;
}

/**
 * The best of every finding, then the second best of every finding, and so on. Where something fired, what did not is
 * counted and named by its level, but is no evidence: it would point at moments that nobody needs to look at.
 */
function turns(findings: readonly FindingSum[], fired: boolean, limit: number): FusedEvidence[] {
  const tops = findings.map(({ top }) => (fired ? top.filter(({ weak }) => weak !== true) : top));
  const picked: FusedEvidence[] = [];
  for (let turn = 0; picked.length < limit; turn++) {
    const round = tops.flatMap((top) => top.slice(turn, turn + 1)).sort(compareEvidence);
    if (round.length === 0) break;
    picked.push(...round.slice(0, limit - picked.length));
  }
  return picked.sort((a, b) => a.timeUs - b.timeUs || compareEvidence(a, b));
}

function findingKey(finding: FindingSum): string {
  return `${finding.level}|${finding.detector}|${finding.finding}`;
}
