import { z } from 'zod';

import { Alert } from './alert.js';

/** Evidences and decisions that a snapshot holds at most: with the longest texts it stays under the size of a record. */
export const MAX_SNAPSHOT_EVIDENCE = 100;
export const MAX_SNAPSHOT_DECISIONS = 50;

/**
 * Everything that is known of one incident: the value of a record on `incidents`. That topic is compacted, so the last
 * record of each key is what a store is rebuilt from when the changes on `alerts` are long gone.
 */
export const IncidentSnapshot = z.strictObject({
  schema: z.literal(1),
  /** What fusion last said, as it stood on `alerts`. */
  alert: Alert,
  /** The strongest of all revisions. */
  evidence: Alert.shape.evidences.max(MAX_SNAPSHOT_EVIDENCE),
  /** The latest first. */
  decisions: z.array(Alert.shape.unmapped.shape.decision.unwrap()).max(MAX_SNAPSHOT_DECISIONS),
});
export type IncidentSnapshot = z.infer<typeof IncidentSnapshot>;
