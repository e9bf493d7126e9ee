import { z } from 'zod';

import { OCSF_VERSION } from './alert.js';
import { Level } from './verdict.js';

const Word = z.string().max(512);
const TimeMs = z.number().int().nonnegative();

/**
 * What is watched no more, or again: one workload by one source (a target of a collector, or a sender, by its name),
 * one workload of which nothing was ever heard though its profiles are active, or all of an application at one level,
 * where it is the detector that fell silent.
 */
export const WatchSubject = z.strictObject({
  application: z.string().min(1).max(256),
  /** Absent where a level of the whole application is meant. */
  workload: z.string().min(1).max(256).optional(),
  /** Absent where no source was ever heard of. */
  source: z.string().min(1).max(256).optional(),
  level: Level.optional(),
});
export type WatchSubject = z.infer<typeof WatchSubject>;

/**
 * 'Watch lost' or 'watch regained': a record on `alerts` beside the incidents, told apart by `ce_type`. OCSF has no
 * class for it among the findings; nearest is Event Log Activity, what happens to the recording of events itself.
 */
export const WatchEvent = z.strictObject({
  /** 6 the events are heard again, 7 they are heard no more. */
  activity_id: z.literal([6, 7]),
  activity_name: z.enum(['Start', 'Stop']),
  category_uid: z.literal(1),
  category_name: z.literal('System Activity'),
  class_uid: z.literal(1008),
  class_name: z.literal('Event Log Activity'),
  type_uid: z.literal([100806, 100807]),
  type_name: Word,
  /** Wall clock. */
  time: TimeMs,
  severity_id: z.literal([1, 3]),
  severity: z.enum(['Informational', 'Medium']),
  message: Word,
  log_name: Word,
  log_provider: z.literal('Plimsoll'),
  metadata: z.strictObject({
    version: z.literal(OCSF_VERSION),
    uid: Word,
    labels: z.array(Word).max(8),
    product: z.strictObject({
      name: z.literal('Plimsoll'),
      vendor_name: z.literal('Plimsoll'),
      version: Word,
      feature: z.strictObject({ uid: Word, name: Word }),
    }),
  }),
  /** `since_ms`: when it was heard last; absent where it never was. */
  unmapped: WatchSubject.extend({ since_ms: TimeMs.optional() }),
});
export type WatchEvent = z.infer<typeof WatchEvent>;

/** The attributes that say what happened to the watch. */
export function watchActivityOf(
  lost: boolean,
): Pick<WatchEvent, 'activity_id' | 'activity_name' | 'type_uid' | 'type_name' | 'severity_id' | 'severity'> {
  return lost
    ? { ...activity(7, 'Stop', 100807), severity_id: 3, severity: 'Medium' }
    : { ...activity(6, 'Start', 100806), severity_id: 1, severity: 'Informational' };
}

function activity<Id extends 6 | 7, Name extends 'Start' | 'Stop', Uid extends 100806 | 100807>(
  activity_id: Id,
  activity_name: Name,
  type_uid: Uid,
): { activity_id: Id; activity_name: Name; type_uid: Uid; type_name: string } {
  return { activity_id, activity_name, type_uid, type_name: `Event Log Activity: ${activity_name}` };
}
