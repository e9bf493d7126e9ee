import type { Evidence, K8sAuditEvent, ProfileFile, Verdict } from '@plimsoll/contracts';

import type { Budget } from '../detector.js';
import { eventDetector, MAX_EVIDENCE, type Scored } from '../events/event-detector.js';
import { thresholdOf } from '../events/threshold.js';

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
/** Part of an application's budget that audit events may spend, as requests and statements do together elsewhere. */
export const K8S_SHARE = 0.3;

/** A scored request, with what it and those before it brought. */
interface ScoredRequest extends Scored {
  readonly evidence: readonly Evidence[];
  readonly objects: Verdict['objects'];
}

// What fades from earlier requests gives no verdict, so it is no score either.
const UNREMARKABLE: ScoredRequest = {
  path: 'rbac',
  finding: 'unusual-request',
  score: 0,
  observations: [],
  evidence: [],
  objects: undefined,
};

/** Scores the requests of one user of a cluster. See docs/detection-kubernetes.md. */
export const k8sAuditDetector = eventDetector<K8sAuditEvent, K8sState, K8sModel, ScoredRequest>({
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
    const { lastUs, bursts, addresses, networks, roles, changed, followed, counted } = decodeState(encodeState(state));
    return { ...startState(), lastUs, bursts, addresses, networks, roles, changed, followed, counted };
  },
  encode: encodeState,
  decode: decodeState,

  ids: { coverage: [K8S_AUDIT], verdict: ({ id }) => [id] },
  repeated: (event, state) => alreadyCounted(state, event),
  // What was lost may have been the rest of a burst, or the pod's own use of a token: both start anew.
  lose(state) {
    state.bursts = [];
  },

  scale: (model) => model,
  score(event, state, model) {
    const { score, contributions } = scoreAuditEvent(event, state, model);
    rememberObjects(state, event);
    if (contributions.length === 0) return UNREMARKABLE;
    const lately = [...state.recent, ...contributions];
    // However much was deleted or asked before it: a request that gives power is told as that.
    const finding = dominant(contributions.some(givesPower) ? lately.filter(givesPower) : lately);
    const mayFollow = POWERLESS.has(finding) && !lately.some(givesPower);
    const newest = [...contributions].sort((a, b) => b.nats - a.nats);
    const earlier = [...state.recent].sort((a, b) => b.nats - a.nats || a.evidence.timeUs - b.evidence.timeUs);
    remember(state, contributions);
    return {
      path: findingOf(finding).path,
      finding,
      score,
      observations: [],
      evidence: [...newest, ...earlier].slice(0, MAX_EVIDENCE).map(({ evidence }) => evidence),
      objects: touchedObjects(state, mayFollow, event.timeUs),
    };
  },

  tell(event, { score, finding, evidence, objects }) {
    const { severity, cwe, techniques } = findingOf(finding);
    const credential = event.issuedCredential ?? event.credential?.id;
    return {
      score: Math.round(score * 1000) / 1000,
      severity,
      impact: { columns: [] },
      cwe: [...cwe],
      techniques: [...techniques],
      evidence: [...evidence],
      joins: {
        user: event.user.name.slice(0, 256),
        ...(credential === undefined ? {} : { credential }),
      },
      ...(objects === undefined ? {} : { objects }),
    };
  },
});

/** Keeps contributions for the evidence of the next verdict; of a burst, and of a network, the newest alone. */
function remember(state: K8sState, contributions: readonly Contribution[]): void {
  for (const contribution of contributions) {
    const { kind } = contribution.evidence;
    if (kind.startsWith('burst-') || kind === 'new-network')
      state.recent = state.recent.filter(({ evidence }) => evidence.kind !== contribution.evidence.kind);
    push(state.recent, contribution, MAX_RECENT);
  }
}

/** Findings that give nobody power: such acts may follow from another's. */
const POWERLESS: ReadonlySet<string> = new Set(['mass-deletion', 'unusual-write', 'unusual-request', 'unusual-rate']);
/** Power that is this surprising is no by-product: more than everyday writes can bring together. */
const POWER_NATS = 5;

function givesPower({ finding, nats }: Contribution): boolean {
  return !POWERLESS.has(finding) && nats > POWER_NATS;
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
