import { nextTime, type TimeUs } from '@plimsoll/contracts';

/** Grants `burst` at once and `perSecond` a second of event time after it; a clock that is set back is believed. */
export class TokenBucket {
  #tokens: number;
  #lastUs: TimeUs | undefined;

  constructor(
    private readonly burst: number,
    private readonly perSecond: number,
  ) {
    this.#tokens = burst;
  }

  take(timeUs: TimeUs): boolean {
    const lastUs = this.#lastUs ?? timeUs;
    const nowUs = nextTime(lastUs, timeUs);
    this.#tokens = Math.min(this.burst, this.#tokens + (Math.max(0, nowUs - lastUs) * this.perSecond) / 1_000_000);
    this.#lastUs = nowUs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
