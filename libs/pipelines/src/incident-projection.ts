import { Alert, decodeJson, TOPICS } from '@plimsoll/contracts';
import {
  deadLetterOf,
  refusalOf,
  type BatchContext,
  type EventLog,
  type IncidentStore,
  type LogRecord,
  type PartitionHandler,
} from '@plimsoll/streaming';

/** The consumer group that feeds the incident store. */
export const INCIDENT_GROUP = 'alert-service-incidents';

/**
 * Keeps the incident store up with the topic `alerts`. The store takes every record in at most once, whatever their
 * order, so the group's own place is place enough; reading the topic from its beginning rebuilds the store.
 */
export class IncidentProjection implements PartitionHandler {
  constructor(
    private readonly store: IncidentStore,
    private readonly log: Pick<EventLog, 'publish'>,
  ) {}

  assigned(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Rejects with the store's own error where it is away: the batch comes again. */
  async batch(_partition: number, records: readonly LogRecord[], context: BatchContext): Promise<void> {
    for (const record of records) {
      if (!context.owned()) return;
      const alert = await this.read(record);
      if (alert !== undefined) await this.store.apply(alert);
    }
  }

  revoked(): Promise<void> {
    return Promise.resolve();
  }

  private async read(record: LogRecord): Promise<Alert | undefined> {
    try {
      return decodeJson(Alert, record.value, `a record of ${TOPICS.alerts.name}`);
    } catch (error) {
      await this.log.publish([deadLetterOf(record, refusalOf(error), INCIDENT_GROUP)]);
      return undefined;
    }
  }
}
