import { decodeJson, isoTime, TOPICS, US_PER_MS, VerdictsRecord } from '@plimsoll/contracts';
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

/** A record of `verdicts`, and when it was written. */
interface Arrived {
  readonly message: VerdictsRecord;
  readonly arrivedUs: number;
}

/**
 * Fusion as a service's operator: `verdicts` by application → incidents → `alerts` by incident. What it publishes
 * follows from the verdicts' own times, and from when records were written. A verdict too far behind its application's
 * watermark is refused as `late`.
 */
export function fusionOperator(given: Partial<FusionConfig> = {}): Operator<Arrived, FusionState> {
  const config = fusionConfig(given);
  return {
    name: 'alert-service',
    topic: TOPICS.verdicts.name,
    stateTtlMs: () => STATE_TTL_MS,
    decode: ({ value, timestampMs }) => ({
      message: decodeJson(VerdictsRecord, value, 'a verdict'),
      arrivedUs: timestampMs * US_PER_MS,
    }),
    key: ({ message }) => message.application,
    start: emptyFusionState,
    step(state, { message, arrivedUs }, application) {
      const { changes, ignored } = fuse(state, application, message, config, arrivedUs);
      const publish = changes.map((change) => alertRecord(change, config.gapUs));
      if (ignored !== 'late' || message.type === 'watermark') return { publish, end: false };
      const reached = `all detectors have reached ${isoTime(state.watermarkUs)}`;
      const detail = `verdict ${message.id} ends at ${isoTime(message.window.endUs)}, ${reached}`;
      return { publish, end: false, refused: { reason: 'late', detail } };
    },
    encode: encodeFusionState,
    decodeState: decodeFusionState,
  };
}
