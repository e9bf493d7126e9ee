import {
  decodeJson,
  encodeJson,
  PlimsollError,
  ProfileReport,
  ProfilesMessage,
  TOPICS,
  VerdictsRecord,
} from '@plimsoll/contracts';
import {
  decodeProfileHealth,
  encodeProfileHealth,
  startProfileHealth,
  watchProfile,
  type ProfileHealth,
} from '@plimsoll/detection';
import {
  deadLetterOf,
  refusalOf,
  type BatchContext,
  type EventLog,
  type LogRecord,
  type Operator,
  type OutgoingRecord,
  type PartitionHandler,
  type ProfileSlot,
  type ProfileStore,
} from '@plimsoll/streaming';

import { RecentEvents } from '../detect/recent-events.js';

/** A workload that nothing was heard of for so long begins anew. */
const STATE_TTL_MS = 8 * 24 * 3_600_000;

/** The consumer group that brings reports to the profile store. */
export const REPORT_GROUP = 'profile-reports';

interface WatchState {
  readonly health: ProfileHealth;
  /** Coverage records taken lately, against those that come twice. */
  readonly recent: RecentEvents;
}

/** `verdicts` → how each active profile fits what is seen live, and compares with the one in shadow → `profiles`. */
export const profileWatchOperator: Operator<VerdictsRecord, WatchState> = {
  name: 'profile-watch',
  topic: TOPICS.verdicts.name,
  stateTtlMs: () => STATE_TTL_MS,
  decode: (record) => decodeJson(VerdictsRecord, record.value, 'a verdict'),
  key: (message) => slotKey(message.type === 'watermark' ? { ...message, workload: '-' } : message),
  start: () => ({ health: startProfileHealth(), recent: new RecentEvents() }),
  step({ health, recent }, message) {
    // A verdict is one window of those that a coverage record counts.
    if (message.type !== 'coverage' || !recent.take(message.stream, message.id)) return NOTHING;
    const report = watchProfile(health, message);
    return report === undefined ? NOTHING : { publish: [reportRecord(report)], end: false };
  },
  encode: ({ health, recent }) => Buffer.concat([recent.encode(), encodeProfileHealth(health)]),
  decodeState(bytes) {
    const { events, rest } = RecentEvents.decode(bytes);
    return { health: decodeProfileHealth(rest), recent: events };
  },
};

const NOTHING = { publish: [], end: false } as const;

function slotKey({ application, workload, detector }: ProfileSlot): string {
  return `${application}/${workload}/${detector}`;
}

function reportRecord(report: ProfileReport): OutgoingRecord {
  return { topic: TOPICS.profiles.name, key: `${slotKey(report)}/report`, value: encodeJson(report) };
}

/** Keeps the latest report of each profile in the store, where the interface and the command line find it. */
export class ProfileReportProjection implements PartitionHandler {
  constructor(
    private readonly store: ProfileStore,
    private readonly log: Pick<EventLog, 'publish'>,
  ) {}

  assigned(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  /** Of each profile the batch's last report is written; rejects where the store is away, and the batch comes again. */
  async batch(_partition: number, records: readonly LogRecord[], context: BatchContext): Promise<void> {
    const latest = new Map<string, ProfileReport>();
    for (const record of records) {
      const message = await this.read(record);
      if (message !== undefined && 'type' in message) latest.set(slotKey(message), message);
    }
    for (const report of latest.values()) {
      if (!context.owned()) return;
      await this.store.putReport(report, encodeJson(report));
    }
  }

  revoked(): Promise<void> {
    return Promise.resolve();
  }

  private async read(record: LogRecord): Promise<ProfilesMessage | undefined> {
    try {
      return decodeJson(ProfilesMessage, record.value, `a record of ${TOPICS.profiles.name}`);
    } catch (error) {
      await this.log.publish([deadLetterOf(record, refusalOf(error), REPORT_GROUP)]);
      return undefined;
    }
  }
}

/** The latest report of a profile, or undefined where there is none, or none that this release reads. */
export async function profileReport(
  store: Pick<ProfileStore, 'report'>,
  slot: ProfileSlot,
): Promise<ProfileReport | undefined> {
  const bytes = await store.report(slot);
  if (bytes === undefined) return undefined;
  try {
    return decodeJson(ProfileReport, bytes, 'a report of a profile');
  } catch (error) {
    if (error instanceof PlimsollError) return undefined;
    throw error;
  }
}
