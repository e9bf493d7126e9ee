import { z } from 'zod';

import { Minute } from '../events/minute.js';
import { stateCodec } from '../events/event-state.js';

/** What one container is remembered by: the open minute. Under 1 KiB. */
export const ProcessState = z.object({ minute: Minute.optional() });
export type ProcessState = z.infer<typeof ProcessState>;

export function startProcessState(): ProcessState {
  return { minute: undefined };
}

export const processStates = stateCodec(ProcessState, 1, "a container's programs", startProcessState);
