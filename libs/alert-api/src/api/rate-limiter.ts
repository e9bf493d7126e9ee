/** How often something may be asked for. */
export interface RateLimit {
  /** Requests that may come at once after a quiet time. */
  readonly burst: number;
  readonly perSecond: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Names remembered at once; the one not heard of for longest is forgotten, and starts with a full bucket again. */
const MAX_NAMES = 10_000;

/** A token bucket for each name (Turner, 1986). */
export class RateLimiter {
  readonly #buckets = new Map<string, Bucket>();

  constructor(private readonly limit: RateLimit) {}

  /** 0 where `name` may go on now, else the seconds to wait. */
  take(name: string, nowMs: number): number {
    const { burst, perSecond } = this.limit;
    const known = this.#buckets.get(name);
    const refilled = known === undefined ? burst : known.tokens + ((nowMs - known.atMs) / 1_000) * perSecond;
    const tokens = Math.min(burst, Math.max(0, refilled));
    const allowed = tokens >= 1;
    this.#buckets.delete(name);
    this.#buckets.set(name, { tokens: allowed ? tokens - 1 : tokens, atMs: nowMs });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > MAX_NAMES && oldest !== undefined) this.#buckets.delete(oldest);
    return allowed ? 0 : Math.max(1, Math.ceil((1 - tokens) / perSecond));
  }

  /** What `take` let through did not count after all. */
  giveBack(name: string): void {
    const known = this.#buckets.get(name);
    if (known !== undefined) known.tokens = Math.min(this.limit.burst, known.tokens + 1);
  }
}
