import { decodeJson, identity, isoTime, TOPICS, VerdictMessage, type Coverage } from '@plimsoll/contracts';
import {
  decodeFusionState,
  emptyFusionState,
  encodeFusionState,
  fuse,
  fusionConfig,
  type FusionConfig,
  type FusionState,
} from '@plimsoll/detection';
import type { Operator } from '@plimsoll/streaming';

import { alertRecord } from './incident-alert.js';

/** How long an application that shows nothing any more keeps its open incidents. */
const STATE_TTL_MS = 7 * 24 * 3_600_000;

/**
 * Fusion as a service's operator: `verdicts` by application → incidents → `alerts` by incident. What it publishes
 * follows from the verdicts' own times. A verdict too far behind the newest of its application is refused as `late`.
 */
export function fusionOperator(given: Partial<FusionConfig> = {}): Operator<VerdictMessage, FusionState> {
  const config = fusionConfig(given);
  return {
    name: 'alert-service',
    topic: TOPICS.verdicts.name,
    stateTtlMs: () => STATE_TTL_MS,
    decode: (record) => decodeJson(VerdictMessage, record.value, 'a verdict'),
    key: (message) => message.application,
    start: emptyFusionState,
    step(state, message, application) {
      const newestUs = state.streamUs;
      const { changes, ignored } = fuse(state, application, message, config);
      const publish = changes.map((change) => alertRecord(change, config.gapUs));
      if (ignored !== 'late') return { publish, end: false };
      const detail = `verdict ${message.id} ends at ${isoTime(message.window.endUs)}, the newest at ${isoTime(newestUs)}`;
      return { publish, end: false, refused: { reason: 'late', detail } };
    },
    encode: encodeFusionState,
    decodeState: decodeFusionState,
  };
}

/**
 * Coverage that says nothing but the time: the application's stream has reached `timeUs`. At the end of a recording it
 * closes what is open, so that a run has a final state; `timeUs` must be more than `gapUs` + `graceUs` after the last.
 */
export function streamTimeMark(application: string, timeUs: number): Coverage {
  return {
    type: 'coverage',
    schema: 1,
    id: identity('stream-time-mark', application, timeUs),
    application,
    workload: 'stream-time',
    container: 'stream-time',
    detector: 'stream-time',
    level: 'log',
    profileVersion: '-',
    stream: 'stream-time',
    window: { startUs: timeUs, endUs: timeUs },
    windows: {},
    count: 0,
  };
}
