import type { Atom } from './atom.js';
import { compareText } from './bounded.js';
import { MINUTE_US } from './coverage.js';
import type { FusionConfig } from './fusion-config.js';
import type { FusionState, Published } from './fusion-state.js';
import type { Group } from './group.js';
import { asConsequence, incidentOf, type Incident } from './incident.js';
import { compareEvidence, type FusedEvidence } from './signal.js';
import { strangeTogether } from './weak-signs.js';

/** One published change of an incident. */
export interface IncidentChange {
  readonly kind: 'create' | 'update' | 'close';
  readonly incident: Incident;
  /** From 1, without gaps. */
  readonly revision: number;
  /** What this revision carries: what none carried before it, then the strongest of all. */
  readonly evidence: readonly FusedEvidence[];
  /** The severity that was told before, where this is an update that raises it. */
  readonly raisedFrom?: number;
  /** The incident that this one turned out to belong to; a close without it is a close by inactivity. */
  readonly mergedInto: string | undefined;
}

export interface RevisionContext {
  readonly state: FusionState;
  readonly application: string;
  readonly config: FusionConfig;
}

/** Kinds of finding for which a first sight is worth a revision at once; later ones wait their turn. */
const MAX_TOLD = 64;

/**
 * The revisions of `group` that are due now: its creation; an update at once while there are few a minute, for a kind of
 * finding or a severity not told yet, or where `forced`; else when enough evidence has gathered or a minute has begun.
 */
export function publishDue(context: RevisionContext, group: Group, forced: boolean): IncidentChange[] {
  const { state, config } = context;
  if (!isRipe(state, group, config)) return [];
  return publish(context, group, forced);
}

/**
 * Whether the incident may be told. Windows of calls fire before the request that explains them has ended, and what was
 * merged once in its time (a log's line before the trace of the same request) will be again: such an incident waits
 * `holdUs` of event time for the one that it belongs to. What names a path and nobody (a statement is scored before the
 * request that sent it has ended) waits for its own bucket to be over. Everything else is told at once.
 */
function isRipe({ published, streamUs }: FusionState, { id, kind, firstBucket }: Group, config: FusionConfig): boolean {
  const known = published.get(id);
  if (known === undefined ? kind.by !== 'workload' : known.retiredUs === undefined) return true;
  const overUs = (firstBucket + 1) * config.bucketUs;
  return streamUs >= overUs + (known === undefined && kind.path !== 'unknown' ? 0 : config.holdUs);
}

function publish(context: RevisionContext, group: Group, forced: boolean): IncidentChange[] {
  const { state, config } = context;
  const changes: IncidentChange[] = [];
  let published = state.published.get(group.id);
  if (published === undefined || published.retiredUs !== undefined) {
    if (!qualifies(group, config)) return changes;
    const revision = published?.revision ?? 0;
    published = { revision, severity: 0, told: [], minute: 0, used: 0, path: group.kind.path };
    state.published.set(group.id, published);
    changes.push(revise(context, group, published, 'create', takePending(group, config.evidencePerAlert)));
  } else if (forced) {
    changes.push(revise(context, group, published, 'update', takePending(group, config.evidencePerAlert)));
  }
  for (;;) {
    const waiting = pendingOf(group);
    if (waiting.length === 0 || !isDue(state, published, waiting, config)) return changes;
    changes.push(revise(context, group, published, 'update', takePending(group, config.evidencePerAlert)));
  }
}

/** The last revisions of an incident to which nothing can be added: evidence not carried yet, then the close. */
export function publishFinal(context: RevisionContext, group: Group): IncidentChange[] {
  const changes = publish(context, group, false);
  const published = context.state.published.get(group.id);
  if (published === undefined || published.retiredUs !== undefined) return changes;
  while (pendingOf(group).length > 0) {
    const evidence = takePending(group, context.config.evidencePerAlert);
    changes.push(revise(context, group, published, 'update', evidence));
  }
  const incident = incidentOf(context.application, group, context.state.coverage, context.config);
  const revision = ++published.revision;
  changes.push({ kind: 'close', incident, revision, evidence: incident.evidence, mergedInto: undefined });
  return changes;
}

/** Closes an incident that has become part of `successor`. */
export function retire(context: RevisionContext, id: string, successor: Group | undefined): IncidentChange[] {
  const { state, application, config } = context;
  const published = state.published.get(id);
  if (published === undefined || published.retiredUs !== undefined || successor === undefined) return [];
  published.retiredUs = state.watermarkUs;
  state.counts.superseded++;
  // What took over an open incident waits no longer: else it could be merged into one that is closed itself.
  const heir = state.published.get(successor.id);
  const told = heir === undefined || heir.retiredUs !== undefined ? publish(context, successor, false) : [];
  const incident = { ...incidentOf(application, successor, state.coverage, config), id, path: published.path };
  return [...told, { kind: 'close', incident, revision: ++published.revision, evidence: [], mergedInto: successor.id }];
}

/** Whether there is reason enough to publish: a level that fired, or weak signs that are strange together. */
export function qualifies(group: Group, config: FusionConfig): boolean {
  if (group.carries.some(({ qualified }) => qualified)) return true;
  return group.atoms.some(({ sum }) => sum.anomalous > 0) || strangeTogether(group.atoms, config);
}

function isDue(
  state: FusionState,
  published: Published,
  waiting: readonly FusedEvidence[],
  config: FusionConfig,
): boolean {
  if (waiting.length >= config.evidencePerAlert) return true;
  if (published.minute !== Math.floor(state.streamUs / MINUTE_US) || published.used < config.revisionsPerMinute) {
    return true;
  }
  return waiting.some((e) => e.severity > published.severity || isUntold(published, e));
}

function isUntold(published: Published, evidence: FusedEvidence): boolean {
  return published.told.length < MAX_TOLD && !published.told.includes(toldAs(evidence));
}

function toldAs({ level, detector, finding }: FusedEvidence): string {
  return `${level}|${detector}|${finding}`;
}

function revise(
  { state, application, config }: RevisionContext,
  group: Group,
  published: Published,
  kind: 'create' | 'update',
  fresh: readonly FusedEvidence[],
): IncidentChange {
  const incident = incidentOf(application, group, state.coverage, config);
  const minute = Math.floor(state.streamUs / MINUTE_US);
  published.used = published.minute === minute ? published.used + 1 : 1;
  published.minute = minute;
  const { toldSeverity } = published;
  const raised = toldSeverity !== undefined && incident.severity > toldSeverity ? { raisedFrom: toldSeverity } : {};
  published.toldSeverity = incident.severity;
  // An estimate over what was seen to happen is told once too, though the incident does not take it up.
  published.severity = Math.max(published.severity, incident.severity, ...fresh.map(({ severity }) => severity));
  for (const evidence of fresh) if (isUntold(published, evidence)) published.told.push(toldAs(evidence));
  const revision = ++published.revision;
  const evidence = filled(fresh, incident.evidence, config.evidencePerAlert);
  return { kind, incident, revision, evidence, ...raised, mergedInto: undefined };
}

/** `fresh`, and of the strongest as many as there is room for. */
function filled(fresh: readonly FusedEvidence[], strongest: readonly FusedEvidence[], limit: number): FusedEvidence[] {
  const kept = [...fresh];
  const known = new Set(fresh.map(evidenceKey));
  for (const evidence of strongest) {
    if (kept.length >= limit) break;
    if (!known.has(evidenceKey(evidence))) kept.push(evidence);
  }
  return kept.sort((a, b) => a.timeUs - b.timeUs || compareEvidence(a, b));
}

export function evidenceKey({ verdict, event, timeUs, kind }: FusedEvidence): string {
  return `${verdict}|${timeUs}|${kind}|${event}`;
}

function pendingOf(group: Group): FusedEvidence[] {
  const all: FusedEvidence[] = [];
  for (const { pending } of group.atoms) all.push(...pending);
  return all;
}

/** Takes the earliest evidences that no revision has carried out of the atoms. */
function takePending(group: Group, limit: number): FusedEvidence[] {
  const waiting: { readonly atom: Atom; readonly evidence: FusedEvidence }[] = [];
  for (const atom of group.atoms) for (const evidence of atom.pending) waiting.push({ atom, evidence });
  const told = ({ atom, evidence }: (typeof waiting)[number]): FusedEvidence =>
    group.consequences.has(atom.key) ? asConsequence(evidence) : evidence;
  waiting.sort(
    (a, b) =>
      a.evidence.timeUs - b.evidence.timeUs ||
      compareEvidence(a.evidence, b.evidence) ||
      compareText(a.atom.key, b.atom.key),
  );
  const taken = waiting.slice(0, limit);
  const rest = new Map<Atom, FusedEvidence[]>();
  for (const { atom, evidence } of waiting.slice(limit)) {
    const list = rest.get(atom);
    if (list === undefined) rest.set(atom, [evidence]);
    else list.push(evidence);
  }
  for (const atom of group.atoms) if (atom.pending.length > 0) atom.pending = rest.get(atom) ?? [];
  return taken.map(told);
}
