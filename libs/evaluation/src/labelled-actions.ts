import { parseIsoTime, PlimsollError, type TimeUs } from '@plimsoll/contracts';
import type { RecordingAt } from '@plimsoll/local-run';

import type { Action } from './action-scoring.js';

/**
 * The recording's attacks as actions. An attack without times covers the whole episode: from the epoch to the end of time.
 * Throws `wrong-kind` where a time is not RFC 3339.
 */
export function actionsOf({ folder, recording }: RecordingAt): Action[] {
  return recording.attacks.map((attack) => ({
    path: attack.path,
    kind: attack.kind,
    severity: attack.severity,
    startUs: timeOf(attack.start, 0, folder),
    endUs: timeOf(attack.end, Number.MAX_SAFE_INTEGER, folder),
  }));
}

function timeOf(text: string | undefined, otherwise: TimeUs, folder: string): TimeUs {
  if (text === undefined) return otherwise;
  const timeUs = parseIsoTime(text);
  if (timeUs === undefined)
    throw new PlimsollError('wrong-kind', `${folder}/recording.json: ${text} is not an RFC 3339 time`);
  return timeUs;
}
