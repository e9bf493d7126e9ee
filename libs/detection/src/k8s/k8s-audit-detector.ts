import {
  identity,
  type Coverage,
  type K8sAuditEvent,
  type LogGap,
  type ProfileFile,
  type Verdict,
  type VerdictMessage,
} from '@plimsoll/contracts';

import { countPValue, pValue } from '../calibration/index.js';
import { thresholdOf } from '../events/threshold.js';
import type { Budget, Detector } from '../detector.js';

import { findingOf } from './findings.js';
import { scoreAuditEvent } from './k8s-audit-scorer.js';
import { openLearned, openModelData, type K8sModel } from './model.js';
import {
  alreadyCounted,
  decodeState,
  encodeState,
  MAX_RECENT,
  push,
  startState,
  type Contribution,
  type K8sState,
} from './state.js';
import { rememberObjects, touchedObjects } from './touched-objects.js';

export const K8S_AUDIT = 'k8s-audit';
const MINUTE_US = 60_000_000;
const MAX_EVIDENCE = 8;
/** Part of an application's budget that audit events may spend, as requests and statements do together elsewhere. */
export const K8S_SHARE = 0.3;

/** Scores the requests of one user of a cluster. See docs/detection-kubernetes.md. */
export const k8sAuditDetector: Detector<K8sAuditEvent | LogGap, K8sState, K8sModel> = {
  name: K8S_AUDIT,
  level: 'log',

  prepare(profile: ProfileFile, budget: Budget): K8sModel {
    const data = openModelData(profile.model);
    return {
      ...openLearned(data),
      version: profile.version,
      calibration: data.calibration,
      threshold: thresholdOf(data.calibration, budget, data.requestsPerDay, K8S_SHARE),
    };
  },

  start: startState,
  beside(state) {
    const { lastUs, bursts, addresses, roles, changed, followed, counted } = decodeState(encodeState(state));
    return { ...startState(), lastUs, bursts, addresses, roles, changed, followed, counted };
  },

  step(state, input, model) {
    const out: VerdictMessage[] = [...closeMinute(state, input, model)];
    const { minute } = state;
    if (input.type === 'gap') {
      minute.gap += 1;
      // What was lost may have been the rest of a burst, or the pod's own use of a token: both start anew.
      state.bursts = [];
      return out;
    }
    if (alreadyCounted(state, input.auditId)) return out;
    if (model === undefined) {
      minute.warming += 1;
      return out;
    }
    const { score, contributions } = scoreAuditEvent(input, state, model);
    rememberObjects(state, input);
    // What fades from earlier requests gives no verdict, so it is no score either.
    const p = pValue(model.calibration, contributions.length > 0 ? score : 0);
    minute.pValues = countPValue(minute.pValues, model.calibration, p);
    if (contributions.length === 0 || score < model.threshold.score) minute.normal += 1;
    else {
      minute.anomalous += 1;
      out.push(verdictOf(input, state, model, score, contributions));
    }
    for (const contribution of contributions) {
      const burst = contribution.evidence.kind.startsWith('burst-');
      if (burst) state.recent = state.recent.filter(({ evidence }) => evidence.kind !== contribution.evidence.kind);
      push(state.recent, contribution, MAX_RECENT);
    }
    return out;
  },

  encode: encodeState,
  decode: decodeState,
};

/** The coverage of the minute that ended before `input`, if it held anything; the new minute begins. */
function closeMinute(state: K8sState, input: K8sAuditEvent | LogGap, model: K8sModel | undefined): Coverage[] {
  const index = Math.floor(input.timeUs / MINUTE_US);
  const { minute } = state;
  // An event that comes late counts in the minute that is open.
  if (index <= minute.index) return [];
  const closed = coverageOf(state, input.key);
  state.minute = {
    index,
    application: input.application,
    workload: input.workload,
    container: input.container,
    stream: input.stream,
    version: model?.version ?? 'none',
    normal: 0,
    anomalous: 0,
    warming: 0,
    gap: 0,
  };
  return closed === undefined ? [] : [closed];
}

function coverageOf({ minute }: K8sState, key: string): Coverage | undefined {
  const windows = Object.fromEntries(
    (['normal', 'anomalous', 'warming', 'gap'] as const)
      .filter((name) => minute[name] > 0)
      .map((name) => [name, minute[name]]),
  );
  if (minute.index < 0 || Object.keys(windows).length === 0) return undefined;
  const startUs = minute.index * MINUTE_US;
  return {
    type: 'coverage',
    schema: 1,
    id: identity(K8S_AUDIT, minute.version, minute.container, minute.stream, key, startUs),
    application: minute.application,
    workload: minute.workload,
    container: minute.container,
    detector: K8S_AUDIT,
    level: 'log',
    profileVersion: minute.version,
    stream: minute.stream,
    window: { startUs, endUs: startUs + MINUTE_US },
    windows,
    count: minute.normal + minute.anomalous,
    ...(minute.pValues === undefined ? {} : { pValues: minute.pValues }),
  };
}

function verdictOf(
  event: K8sAuditEvent,
  state: K8sState,
  model: K8sModel,
  score: number,
  contributions: readonly Contribution[],
): Verdict {
  const name = dominant([...state.recent, ...contributions]);
  const finding = findingOf(name);
  const newest = [...contributions].sort((a, b) => b.nats - a.nats);
  const earlier = [...state.recent].sort((a, b) => b.nats - a.nats || a.evidence.timeUs - b.evidence.timeUs);
  const objects = touchedObjects(state, name, event.timeUs);
  const credential = event.issuedCredential ?? event.credential?.id;
  return {
    type: 'verdict',
    schema: 1,
    id: identity(K8S_AUDIT, model.version, event.container, event.stream, event.id),
    application: event.application,
    workload: event.workload,
    container: event.container,
    detector: K8S_AUDIT,
    level: 'log',
    profileVersion: model.version,
    stream: event.stream,
    window: { startUs: event.timeUs, endUs: event.timeUs + 1 },
    count: 1,
    state: 'anomalous',
    pValue: Math.min(pValue(model.calibration, score), model.threshold.pValue),
    score: Math.round(score * 1000) / 1000,
    severity: finding.severity,
    impact: { columns: [] },
    path: finding.path,
    finding: name,
    cwe: [...finding.cwe],
    techniques: [...finding.techniques],
    evidence: [...newest, ...earlier].slice(0, MAX_EVIDENCE).map(({ evidence }) => evidence),
    joins: {
      user: event.user.name.slice(0, 256),
      ...(credential === undefined ? {} : { credential }),
    },
    ...(objects === undefined ? {} : { objects }),
  };
}

/** The finding that most of the surprise speaks for. */
function dominant(contributions: readonly Contribution[]): string {
  const sums = new Map<string, number>();
  for (const { finding, nats } of contributions) sums.set(finding, (sums.get(finding) ?? 0) + nats);
  let best = 'unusual-request';
  let most = 0;
  for (const [finding, nats] of sums) {
    if (nats > most) [best, most] = [finding, nats];
  }
  return best;
}
