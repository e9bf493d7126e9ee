import {
  ACTIVITIES,
  Alert,
  decodeJson,
  encodeJson,
  IncidentSnapshot,
  isWatchRecord,
  TOPICS,
} from '@plimsoll/contracts';
import {
  inheritedDecision,
  MAX_ABSORBED,
  reopeningDecision,
  standingFor,
  type Decision,
  type IncidentRecord,
  type IncidentStore,
} from '@plimsoll/incidents';
import {
  deadLetterOf,
  refusalOf,
  type BatchContext,
  type EventLog,
  type LogRecord,
  type PartitionHandler,
} from '@plimsoll/streaming';

import { decisionAlert, decisionRecord, findingsOf } from './incident-decision.js';
import { snapshotOf, snapshotRecord } from './incident-snapshot.js';

/** A topic from which the incident store is fed. */
export interface IncidentSource {
  readonly topic: string;
  readonly group: string;
  /** The findings in a record, none where it is of another kind. Throws where it is none of the topic's. */
  readonly read: (record: LogRecord) => readonly Alert[];
  /** Whether the incident, as it stands after the record, has to be kept on `incidents` now. */
  readonly keeps: (incident: IncidentRecord, record: LogRecord) => boolean;
  /** Whether a decision that was made before a finding is told again after it. */
  readonly restates: boolean;
}

/** Changes as they happen. Incidents that are over, or that somebody decided about, are kept for longer. */
export const ALERTS_SOURCE: IncidentSource = {
  topic: TOPICS.alerts.name,
  group: 'alert-service-incidents',
  read: (record) =>
    isWatchRecord(record) ? [] : [decodeJson(Alert, record.value, `a record of ${TOPICS.alerts.name}`)],
  keeps: ({ state, decisions }) => state !== 'open' || decisions.length > 0,
  restates: true,
};

/** What was kept. A store that knows more says so, so that the topic never forgets what a rebuilt store had to find. */
export const SNAPSHOTS_SOURCE: IncidentSource = {
  topic: TOPICS.incidents.name,
  group: 'alert-service-snapshots',
  read({ value }) {
    const snapshot = decodeJson(IncidentSnapshot, value, `a record of ${TOPICS.incidents.name}`);
    // The finding as it stood first: what comes after it only adds the evidence of other revisions, and decisions.
    return [snapshot.alert, ...findingsOf(snapshot)];
  },
  keeps(incident, { value }) {
    const snapshot = snapshotOf(incident);
    return snapshot !== undefined && !Buffer.from(encodeJson(snapshot)).equals(value);
  },
  restates: false,
};

/**
 * Keeps the incident store up with a topic. The store takes every finding in at most once, whatever the order, and the
 * position in the topic lies in the store: one that has lost everything, or was set back to an earlier state, is fed again
 * from where it stands, by itself.
 */
export class IncidentProjection implements PartitionHandler {
  /** Where the store stood after the batch before; undefined for a store without a position. */
  readonly #positions = new Map<number, number | undefined>();

  constructor(
    private readonly source: IncidentSource,
    private readonly store: IncidentStore,
    private readonly log: Pick<EventLog, 'publish'>,
  ) {}

  async assigned(partition: number): Promise<number> {
    const position = await this.store.position(this.source.topic, partition);
    this.#positions.set(partition, position);
    return position ?? 0;
  }

  /** Rejects with the store's own error where it is away: the batch comes again. */
  async batch(partition: number, records: readonly LogRecord[], context: BatchContext): Promise<void> {
    const { topic } = this.source;
    const position = this.#positions.get(partition);
    if ((await this.store.position(topic, partition)) !== position) return this.goBack(partition, context);
    for (const record of records) {
      if (!context.owned()) return;
      await this.take(record);
    }
    const next = records.at(-1)!.offset + 1;
    if (!(await this.store.movePosition(topic, partition, position, next))) return this.goBack(partition, context);
    this.#positions.set(partition, next);
  }

  /** The store has forgotten, before or while the batch was taken in: it says where to go on. */
  private async goBack(partition: number, context: BatchContext): Promise<void> {
    const position = await this.store.position(this.source.topic, partition);
    this.#positions.set(partition, position);
    context.seek(position ?? 0);
  }

  revoked(partition: number): Promise<void> {
    this.#positions.delete(partition);
    return Promise.resolve();
  }

  /**
   * After a new finding of an incident that somebody decided about, tells the decision again with what the finding
   * says: a reader that keeps the last message alone has the person's word too. The same finding gives the same bytes.
   */
  private async restate({ alert, decisions }: IncidentRecord, finding: Alert): Promise<void> {
    const [decision] = decisions;
    if (alert === undefined || decision === undefined || finding.unmapped.decision !== undefined) return;
    const latest = finding.unmapped.revision === alert.unmapped.revision;
    if (latest) await this.log.publish([decisionRecord(alert, decision, 'update')]);
  }

  /** Tells what was decided before the finding: again, or that the finding has outgrown it. */
  private async tellDecision(incident: IncidentRecord, finding: Alert): Promise<IncidentRecord> {
    const reopening = reopeningDecision(incident);
    if (incident.alert !== undefined && reopening !== undefined) return this.decide(incident.alert, reopening);
    await this.restate(incident, finding);
    return incident;
  }

  /**
   * Hands what was decided about an incident on to the one that it has become part of. The two come from different
   * partitions: whichever is taken in last finds the other in the store.
   */
  private async handOn(incident: IncidentRecord, finding: Alert): Promise<void> {
    if (incident.state === 'merged') {
      const successor = await standingFor(incident, this.store);
      if (successor !== incident) await this.inherit(incident, successor.id);
    } else if (finding.activity_id === ACTIVITIES.create) {
      const absorbed = await this.store.cards({ mergedInto: incident.id }, MAX_ABSORBED);
      for (const { id } of absorbed) {
        const record = await this.store.get(id);
        if (record !== undefined) await this.inherit(record, incident.id);
      }
    }
  }

  private async inherit(absorbed: IncidentRecord, id: string): Promise<void> {
    const successor = await this.store.get(id);
    const decision = successor && inheritedDecision(absorbed, successor);
    if (successor?.alert !== undefined && decision !== undefined) await this.decide(successor.alert, decision);
  }

  private async decide(alert: Alert, decision: Decision): Promise<IncidentRecord> {
    await this.log.publish([decisionRecord(alert, decision)]);
    return this.store.apply(decisionAlert(alert, decision));
  }

  private async take(record: LogRecord): Promise<void> {
    let findings: readonly Alert[];
    try {
      findings = this.source.read(record);
    } catch (error) {
      await this.log.publish([deadLetterOf(record, refusalOf(error), this.source.group)]);
      return;
    }
    let incident: IncidentRecord | undefined;
    for (const finding of findings) incident = await this.store.apply(finding);
    if (incident !== undefined && this.source.restates) {
      incident = await this.tellDecision(incident, findings.at(-1)!);
      await this.handOn(incident, findings.at(-1)!);
    }
    if (incident === undefined || !this.source.keeps(incident, record)) return;
    const snapshot = snapshotOf(incident);
    if (snapshot !== undefined) await this.log.publish([snapshotRecord(incident.id, snapshot)]);
  }
}
