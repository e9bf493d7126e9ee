import type { ItemContainer, SourceItem, TimeUs } from '@plimsoll/contracts';

import { RecentMap } from '../bytes/recent-map.js';
import type { SourceContext } from '../source.js';
import { ActivityEvents } from './activity-events.js';
import type { Act } from './activity.js';
import { Lineages } from './lineage.js';

const MINUTE_US = 60_000_000;
const MAX_CONTAINERS = 4_096;

interface Watched {
  readonly events: ActivityEvents;
  readonly lineages: Lineages;
  minute: number;
}

/**
 * What programs did, from a capture that tells calls with their arguments and rebuilds no requests: each act is told at
 * once, for no request. A minute of a container is told as watched, `parameters` where its records show arguments.
 *
 * State: 4,096 containers, each with what `ActivityEvents` and `Lineages` hold.
 */
export class CaptureActivities {
  readonly #containers = new RecentMap<string, Watched>(MAX_CONTAINERS);
  readonly #context: SourceContext;
  readonly #put: (item: SourceItem) => void;

  constructor(context: SourceContext, put: (item: SourceItem) => void) {
    this.#context = context;
    this.#put = put;
  }

  /** A record of the container was read. */
  watched(of: ItemContainer | undefined, timeUs: TimeUs, parameters: boolean): void {
    const { events } = this.#turn(of, timeUs, parameters);
    this.#tell(of, events.end());
  }

  /** `parent` is the process that made this one, where the record tells. */
  act(of: ItemContainer | undefined, thread: number, parent: number | undefined, act: Act, timeUs: TimeUs): void {
    const { events, lineages } = this.#turn(of, timeUs, true);
    if (parent !== undefined) lineages.bornOf(parent, thread, timeUs);
    const process = lineages.of(thread);
    this.#tell(of, [
      ...events.act({ type: 'activity', ...act, thread, timeUs, process, image: process.image }),
      ...events.end(),
    ]);
    if (act.kind === 'execute') lineages.executed(thread, act.target);
  }

  accepted(of: ItemContainer | undefined, thread: number): void {
    this.#containers.get(of?.container ?? '')?.lineages.accepted(thread);
  }

  /** The thread's number may become another's. */
  ended(of: ItemContainer | undefined, thread: number): void {
    this.#containers.get(of?.container ?? '')?.lineages.exited(thread);
  }

  #turn(of: ItemContainer | undefined, timeUs: TimeUs, parameters: boolean): Watched {
    const name = of?.container ?? '';
    const known = this.#containers.get(name);
    const minute = Math.floor(timeUs / MINUTE_US);
    const at = known ?? { events: this.#events(of), lineages: new Lineages(), minute: -1 };
    if (minute > at.minute) {
      at.minute = minute;
      // Those that are silent the longest are forgotten first.
      this.#containers.set(name, at);
      this.#tell(of, at.events.watched(timeUs, parameters));
    }
    return at;
  }

  /** Names of events are told apart by their container. */
  #events(of: ItemContainer | undefined): ActivityEvents {
    const { stream } = this.#context;
    return new ActivityEvents(
      of ? { ...this.#context, stream: `${stream}/${of.container}`.slice(-480) } : this.#context,
    );
  }

  #tell(of: ItemContainer | undefined, events: readonly Extract<SourceItem, { type: 'event' }>['event'][]): void {
    const { stream } = this.#context;
    for (const event of events) this.#put({ type: 'event', event: { ...event, stream }, ...(of && { of }) });
  }
}
