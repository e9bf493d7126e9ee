import { decodeJson, LogEvent, PROGRESS_HEADER, TOPICS } from '@plimsoll/contracts';
import { KafkaLog } from '@plimsoll/kafka-log';

/** What one application has on the topic `logs`, read as it comes; each event once by its identity. */
export class LogReader {
  readonly events = new Map<string, LogEvent>();
  /** Events that came again. */
  repeated = 0;
  private readonly log: KafkaLog;

  private constructor(
    brokers: string,
    private readonly application: string,
  ) {
    this.log = new KafkaLog({ brokers: brokers.split(','), clientId: `reader-of-${application}` });
  }

  static async start(brokers: string, application: string): Promise<LogReader> {
    const reader = new LogReader(brokers, application);
    await reader.log.consume({
      topic: TOPICS.logs.name,
      group: `reader-of-${application}`,
      startAt: 'earliest',
      handler: {
        assigned: () => Promise.resolve(undefined),
        revoked: () => Promise.resolve(),
        batch: (_, records) => {
          const events = records.filter(({ headers }) => headers[PROGRESS_HEADER] === undefined);
          for (const { value } of events) reader.take(decodeJson(LogEvent, value, 'a record of logs'));
          return Promise.resolve();
        },
      },
    });
    return reader;
  }

  close(): Promise<void> {
    return this.log.close();
  }

  private take(event: LogEvent): void {
    if (event.application !== this.application) return;
    if (this.events.has(event.id)) this.repeated++;
    this.events.set(event.id, event);
  }
}
