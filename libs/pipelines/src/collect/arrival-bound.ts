import { US_PER_SECOND, type Gap, type LogEvent, type SourceItem, type TimeUs } from '@plimsoll/contracts';

/** How far the clock of a source may be ahead of ours: more than clocks of one network differ, less than any grace. */
export const MAX_AHEAD_US = 60 * US_PER_SECOND;

/**
 * Bounds the times of a live source by the time at which its items arrived: nothing that has arrived can be of later.
 * A time further ahead than `MAX_AHEAD_US` becomes the time of arrival, and is counted: what happened is scored all
 * the same, and nobody who can set a clock, or write a line, moves the stream's time. Old times stay as they are, since
 * a log may be read long after it was written. Costs one look at each time.
 */
export class ArrivalBound {
  /** Events and calls whose time was corrected. */
  skewed = 0;

  item(item: SourceItem, arrivedUs: TimeUs): SourceItem {
    const limitUs = arrivedUs + MAX_AHEAD_US;
    switch (item.type) {
      case 'calls': {
        const timesUs = this.#times(item.calls.timesUs, limitUs, arrivedUs);
        return timesUs === item.calls.timesUs ? item : { ...item, calls: { ...item.calls, timesUs } };
      }
      case 'event': {
        const event = bounded(item.event, limitUs, arrivedUs);
        if (event === item.event) return item;
        this.skewed++;
        return { type: 'event', event };
      }
      case 'gap':
        return item.gap.endUs <= limitUs ? item : { ...item, gap: within(item.gap, arrivedUs) };
      case 'end':
        return item;
    }
  }

  #times(timesUs: Float64Array, limitUs: TimeUs, arrivedUs: TimeUs): Float64Array {
    let corrected: Float64Array | undefined;
    for (let i = 0; i < timesUs.length; i++) {
      if (timesUs[i]! <= limitUs) continue;
      corrected ??= timesUs.slice();
      corrected[i] = arrivedUs;
      this.skewed++;
    }
    return corrected ?? timesUs;
  }
}

function bounded(event: LogEvent, limitUs: TimeUs, arrivedUs: TimeUs): LogEvent {
  const timeUs = event.timeUs <= limitUs ? event.timeUs : arrivedUs;
  if (event.type === 'gap') {
    return event.gap.endUs <= limitUs && timeUs === event.timeUs
      ? event
      : { ...event, timeUs, gap: within(event.gap, arrivedUs) };
  }
  if (!('endUs' in event)) return timeUs === event.timeUs ? event : { ...event, timeUs };
  if (timeUs === event.timeUs && event.endUs <= limitUs) return event;
  // Where both lie ahead, the time that it took is right all the same.
  const tookUs = timeUs === event.timeUs ? 0 : event.endUs - event.timeUs;
  return { ...event, timeUs, endUs: Math.max(timeUs, arrivedUs) + tookUs };
}

function within(gap: Gap, latestUs: TimeUs): Gap {
  return { ...gap, startUs: Math.min(gap.startUs, latestUs), endUs: Math.min(gap.endUs, latestUs) };
}
