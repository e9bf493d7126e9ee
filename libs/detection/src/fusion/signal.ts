import type { AttackPath, Evidence, Level, RequestFacts, TouchedObjects, Verdict } from '@plimsoll/contracts';

import { compareText, keepFirst } from './bounded.js';
import type { FusionConfig } from './fusion-config.js';

/** An observation as an incident keeps it: with the verdict that it came from. */
export interface FusedEvidence extends Evidence {
  readonly verdict: string;
  readonly level: Level;
  readonly detector: string;
  readonly finding: string;
  readonly workload: string;
  readonly container: string;
  readonly profileVersion: string;
  /** The verdict's own p-value and severity. */
  readonly pValue: number;
  readonly severity: number;
  /** Who or what it concerns: `user:…`, `session:…`, `credential:…`, `client:…`. */
  readonly principal: string;
  /** The verdict's own identities, by which its request, connection or token is found again; absent where it has none. */
  readonly joins?: Verdict['joins'];
  /** The web request that its verdict is of. */
  readonly request?: RequestFacts;
  /** It follows from what the incident's principal did to the same objects, and is another's act. */
  readonly consequence?: true;
  /** Its verdict did not fire: it lies near its own threshold only. */
  readonly weak?: true;
}

/** What fusion takes from one verdict. */
export interface Signal {
  readonly id: string;
  readonly path: AttackPath;
  readonly finding: string;
  readonly level: Level;
  readonly detector: string;
  readonly workload: string;
  readonly container: string;
  readonly profile: string;
  /** Who acted, as far as the verdict says: empty where it does not. */
  readonly principal: string;
  /** Identities that other levels may share: request, connection, thread of a container. */
  readonly links: readonly string[];
  /** Objects that its principal changed, and those on whose change by another it may follow. */
  readonly objects: TouchedObjects | undefined;
  /** When: the time of the strongest evidence, at most `lookbackUs` before the window's end. */
  readonly timeUs: number;
  /** `[fromUs, toUs]`: what of the window and its evidence may overlap with other levels. */
  readonly fromUs: number;
  readonly toUs: number;
  readonly pValue: number;
  readonly score: number;
  readonly anomalous: boolean;
  readonly severity: number;
  readonly impact: Verdict['impact'];
  readonly cwe: readonly string[];
  readonly techniques: readonly string[];
  /** The strongest first. */
  readonly evidence: readonly FusedEvidence[];
}

/** Longest text of an observation or expectation that an incident keeps. */
const MAX_WORDS = 512;

/** Evidences of one verdict closer than this are one observation: a burst of calls is not four events. */
const SAME_MOMENT_US = 100_000;

/** The signal in a verdict, or undefined where the verdict says nothing: not scored, or neither anomalous nor weak. */
export function signalOf(said: Verdict, config: FusionConfig): Signal | undefined {
  const verdict = asSign(said, config);
  const anomalous = verdict.state === 'anomalous';
  if (!anomalous && !(verdict.state === 'normal' && verdict.pValue <= config.weakPValue)) return undefined;
  const principal = principalOf(verdict.joins);
  const evidence = strongest(verdict, principal, config.evidencePerVerdict);
  const { startUs, endUs } = verdict.window;
  // A window may be long where a container is quiet: it is placed near its end, when it could be scored at all.
  const timeUs = Math.max(evidence[0]?.timeUs ?? endUs, endUs - config.lookbackUs);
  return {
    id: verdict.id,
    path: verdict.path,
    finding: verdict.finding,
    level: verdict.level,
    detector: verdict.detector,
    workload: verdict.workload,
    container: verdict.container,
    profile: `${verdict.detector}@${verdict.profileVersion}`,
    principal,
    links: linksOf(verdict),
    objects: verdict.objects,
    timeUs,
    fromUs: Math.min(timeUs, Math.max(startUs, endUs - config.lookbackUs, timeUs - config.lookbackUs)),
    toUs: Math.max(timeUs, Math.min(endUs, timeUs + config.lookbackUs)),
    pValue: verdict.pValue,
    score: verdict.score,
    anomalous,
    severity: verdict.severity,
    impact: verdict.impact,
    cwe: verdict.cwe,
    techniques: verdict.techniques,
    evidence,
  };
}

/** A verdict that is no more than a sign counts as the strongest of weak signs, however strange its window is to it. */
function asSign(verdict: Verdict, config: FusionConfig): Verdict {
  if (verdict.sign !== true) return verdict;
  return { ...verdict, state: 'normal', pValue: Math.max(verdict.pValue, config.weakPValue) };
}

/**
 * The order of evidences: what fired first, then the most surprising verdict, the strongest observation, time and
 * identity.
 */
export function compareEvidence(a: FusedEvidence, b: FusedEvidence): number {
  return (
    Number(a.weak ?? false) - Number(b.weak ?? false) ||
    a.pValue - b.pValue ||
    b.score - a.score ||
    a.timeUs - b.timeUs ||
    compareText(a.event, b.event) ||
    compareText(a.kind, b.kind) ||
    compareText(a.verdict, b.verdict)
  );
}

/** A principal that is known by its address and agent alone: several sessions may stand behind it. */
const CLIENT = 'client:';

export function isClient(principal: string): boolean {
  return principal.startsWith(CLIENT);
}

/** Who is behind it, the steadiest identity first: a user keeps the name while sessions and tokens change. */
function principalOf(joins: Verdict['joins']): string {
  if (joins.user !== undefined) return `user:${joins.user}`;
  if (joins.session !== undefined) return `session:${joins.session}`;
  if (joins.credential !== undefined) return `credential:${joins.credential}`;
  if (joins.client !== undefined) return `${CLIENT}${joins.client}`;
  return '';
}

/** Links of a request with those that a script makes which it brought. */
export const SCRIPT = 'script:';
/** Links of what was told of one request. */
export const REQUEST = 'request:';
/** Links of the requests of one address and agent. */
export const FROM = 'from:';

function linksOf({ joins, container, request, level, evidence }: Verdict): string[] {
  // Whoever runs a planted script belongs to the request that planted it, not to what its client or thread did else.
  if (joins.victim !== undefined) {
    return [
      ...(joins.planted === undefined ? [] : [`${SCRIPT}${joins.planted}`]),
      ...(joins.request === undefined ? [] : [`${REQUEST}${joins.request}`]),
    ];
  }
  const links: string[] = [];
  if (level === 'log' && request !== undefined && evidence[0] !== undefined)
    links.push(`${SCRIPT}${evidence[0].event}`);
  // Told with the request where the privacy mode lets it out: how a log without sessions knows whose request it is.
  if (request?.address !== undefined) links.push(`${FROM}${request.address} ${request.agent ?? ''}`);
  if (joins.request !== undefined) links.push(`${REQUEST}${joins.request}`);
  if (joins.connection !== undefined) links.push(`connection:${joins.connection}`);
  if (joins.thread !== undefined && joins.thread !== 0) links.push(`thread:${container}:${joins.thread}`);
  return links;
}

function strongest(verdict: Verdict, principal: string, limit: number): FusedEvidence[] {
  const { level, detector, finding, workload, container, profileVersion, pValue, severity } = verdict;
  const origin = {
    verdict: verdict.id,
    level,
    detector,
    finding,
    workload,
    container,
    profileVersion,
    pValue,
    severity,
    // A window of calls names one of its threads alone; each observation says its own in words.
    ...((verdict.level === 'log' || verdict.level === 'process') && Object.keys(verdict.joins).length > 0
      ? { joins: verdict.joins }
      : {}),
    ...(verdict.request === undefined ? {} : { request: verdict.request }),
    ...(verdict.state === 'anomalous' ? {} : { weak: true as const }),
  };
  const sorted: FusedEvidence[] = [];
  for (const evidence of verdict.evidence) {
    const words = { observed: clipped(evidence.observed), expected: clipped(evidence.expected) };
    keepFirst(sorted, { ...evidence, ...words, ...origin, principal }, verdict.evidence.length, compareEvidence);
  }
  const kept: FusedEvidence[] = [];
  for (const evidence of sorted) {
    if (kept.length === limit) break;
    if (kept.every((k) => Math.abs(k.timeUs - evidence.timeUs) > SAME_MOMENT_US)) kept.push(evidence);
  }
  return kept.length > 0 ? kept : [windowEvidence(verdict, origin, principal)];
}

/** A verdict without evidence of its own still says when and how strange. */
function windowEvidence(
  verdict: Verdict,
  origin: Omit<FusedEvidence, keyof Evidence | 'principal'>,
  principal: string,
): FusedEvidence {
  return {
    kind: 'window',
    event: `${verdict.stream}:${verdict.window.startUs}-${verdict.window.endUs}`.slice(-512),
    timeUs: verdict.window.endUs,
    observed: `score ${verdict.score} over ${verdict.count} events`,
    expected: `a benign window scores this high with probability ${verdict.pValue}`,
    score: verdict.score,
    ...origin,
    principal,
  };
}

/** The text, cut between two characters where it is too long. */
function clipped(text: string): string {
  if (text.length <= MAX_WORDS) return text;
  const last = text.charCodeAt(MAX_WORDS - 2);
  const inPair = last >= 0xd800 && last <= 0xdbff;
  return `${text.slice(0, inPair ? MAX_WORDS - 2 : MAX_WORDS - 1)}…`;
}
