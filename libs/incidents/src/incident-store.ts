import type { Alert } from '@plimsoll/contracts';
import type { Health } from '@plimsoll/streaming';

import type { IncidentCard } from './incident-card.js';
import type { IncidentFilter, Suppression } from './incident-filter.js';
import type { IncidentRecord } from './incident-record.js';

/** One page of a list. */
export interface IncidentPage {
  readonly incidents: readonly IncidentRecord[];
  /** Where the next page begins; undefined after the last. */
  readonly next: string | undefined;
}

/** One change that a person made. */
export interface AuditEntry {
  readonly id: string;
  readonly atMs: number;
  readonly by: string;
  readonly role: string;
  /** `sub` at the identity provider, where somebody signed in there: a name may pass from one person to another. */
  readonly account?: string;
  /** `incident.status`, `suppression.create`, `profile.activate`, … */
  readonly action: string;
  /** What was changed. */
  readonly target: string;
  readonly detail: string;
}

export const MAX_SUPPRESSIONS = 1_000;
export const MAX_AUDIT_ENTRIES = 10_000;

/** How much a store keeps. */
export interface IncidentLimits {
  /** Incidents; beyond it those not seen for longest go. */
  readonly maxIncidents: number;
  /** Life of an incident after its last change. */
  readonly retentionMs: number;
}

export const DEFAULT_INCIDENT_LIMITS: IncidentLimits = { maxIncidents: 50_000, retentionMs: 90 * 86_400_000 };

/** Incidents as people work with them, fed from the topic `alerts` and rebuilt from it: memory or Redis. */
export interface IncidentStore {
  /**
   * Takes a record of `alerts` in. Revisions may come in any order and more than once: an older one changes nothing but
   * the evidence it brings. Answers the incident as it then stands.
   */
  apply(alert: Alert): Promise<IncidentRecord>;
  get(id: string): Promise<IncidentRecord | undefined>;
  /** The incidents last seen, latest first. `after` is an earlier page's `next`; throws `bad-message` on another text. */
  list(filter: IncidentFilter, limit: number, after?: string): Promise<IncidentPage>;
  /** What the filter finds, as it is counted: the last seen first, `limit` at most. */
  cards(filter: IncidentFilter, limit: number): Promise<readonly IncidentCard[]>;
  /** Incidents changed after `sequence`, in the order of their latest change: what a stream of changes is made from. */
  changesSince(sequence: number, limit: number): Promise<readonly IncidentRecord[]>;
  /** The sequence of the latest change; 0 where there was none. */
  latestSequence(): Promise<number>;

  /**
   * The offset from which a partition of `topic` has not been taken in; undefined where the store knows nothing of it,
   * as after a loss of everything. It lies with the incidents, so that it is lost with them.
   */
  position(topic: string, partition: number): Promise<number | undefined>;
  /** Moves the position on from where it was; answers false, and leaves it, where it is somewhere else by now. */
  movePosition(topic: string, partition: number, from: number | undefined, to: number): Promise<boolean>;

  /** Throws `too-large` beyond `MAX_SUPPRESSIONS`. */
  putSuppression(suppression: Suppression): Promise<void>;
  /** Answers whether there was one. */
  removeSuppression(id: string): Promise<boolean>;
  /** Those not expired for more than a day, the latest first. */
  suppressions(): Promise<readonly Suppression[]>;

  audit(entry: AuditEntry): Promise<void>;
  /** The latest first. */
  auditTrail(limit: number): Promise<readonly AuditEntry[]>;

  health(): Promise<Health>;
  close(): Promise<void>;
}
