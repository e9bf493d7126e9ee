import type { LogEvent, LogGap } from '@plimsoll/contracts';

/** Any event but a gap. */
export type ScorableEvent = Exclude<LogEvent, LogGap>;

export function isGap(event: LogEvent): event is LogGap {
  return event.type === 'gap';
}
