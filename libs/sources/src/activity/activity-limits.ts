import type { TimeUs } from '@plimsoll/contracts';

import { RecentMap } from '../bytes/recent-map.js';

const MINUTE_US = 60_000_000;
const MAX_TARGETS = 8_192;

/** How often one target is told in a minute: more of the same says nothing new. */
export class TargetQuota {
  readonly #counts = new RecentMap<string, { readonly minute: number; count: number }>(MAX_TARGETS);

  take(target: string, timeUs: TimeUs, most: number): boolean {
    const minute = Math.floor(timeUs / MINUTE_US);
    const known = this.#counts.get(target);
    const at = known?.minute === minute ? known : { minute, count: 0 };
    if (at !== known) this.#counts.set(target, at);
    at.count += 1;
    return at.count <= most;
  }
}

/** What was told within `horizonUs`; at most 8,192 of them are remembered. */
export class RecentlyTold {
  readonly #told = new RecentMap<string, TimeUs>(MAX_TARGETS);

  isNew(what: string, timeUs: TimeUs, horizonUs: number): boolean {
    const before = this.#told.get(what);
    if (before !== undefined && Math.abs(timeUs - before) < horizonUs) return false;
    this.#told.set(what, timeUs);
    return true;
  }
}
