import type { ItemContainer, SourceItem } from '@plimsoll/contracts';

import type { SourceContext, SourceParser } from '../source.js';
import { CaptureActivities } from './capture-activities.js';

/**
 * A parser of a form that names calls and shows nothing of their arguments: each minute of a container is told as one in
 * which nobody saw what its programs did, so that the level `process` says `insufficient` and not nothing.
 */
export function unshownParameters(parser: SourceParser, context: SourceContext): SourceParser {
  let minutes: SourceItem[] = [];
  const activities = new CaptureActivities(context, (item) => minutes.push(item));
  const withMinutes = (items: readonly SourceItem[]): SourceItem[] =>
    items.flatMap((item) => {
      if (item.type === 'calls') watchCalls(activities, item.of, item.calls.timesUs);
      const before = minutes;
      minutes = [];
      return [...before, item];
    });
  return {
    get counts() {
      return parser.counts;
    },
    get refusals() {
      return parser.refusals;
    },
    push: (chunk) => withMinutes(parser.push(chunk)),
    end: () => withMinutes(parser.end()),
  };
}

function watchCalls(activities: CaptureActivities, of: ItemContainer | undefined, timesUs: Float64Array): void {
  if (timesUs.length === 0) return;
  activities.watched(of, timesUs[0]!, false);
  activities.watched(of, timesUs.at(-1)!, false);
}
