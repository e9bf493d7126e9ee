interface Entry<State> {
  readonly state: State;
  readonly touchedMs: number;
}

/**
 * States of one partition in memory, the least recently used spilled first: the store holds every one of them. What has
 * outlived the store's copy is dropped too, as others of its life come: a connection that is gone holds no memory.
 */
export class StateCache<State> {
  /** By the life that the store gives them, each in the order of their last use. */
  private readonly byLife = new Map<number, Map<string, Entry<State>>>();
  private count = 0;

  constructor(
    private readonly capacity: number,
    private readonly lifeMs: (key: string) => number,
  ) {}

  get size(): number {
    return this.count;
  }

  /** The state, unless it was spilled or has outlived the store's copy. */
  get(key: string, nowMs: number): State | undefined {
    const life = this.lifeMs(key);
    const entry = this.byLife.get(life)?.get(key);
    if (entry === undefined) return undefined;
    if (nowMs - entry.touchedMs < life) return entry.state;
    this.delete(key);
    return undefined;
  }

  /** Keeps a state that was just written to the store. */
  set(key: string, state: State, nowMs: number): void {
    this.delete(key);
    const life = this.lifeMs(key);
    let entries = this.byLife.get(life);
    if (entries === undefined) this.byLife.set(life, (entries = new Map<string, Entry<State>>()));
    entries.set(key, { state, touchedMs: nowMs });
    this.count += 1;
    for (const [oldest, { touchedMs }] of entries) {
      if (nowMs - touchedMs < life) break;
      this.delete(oldest);
    }
    while (this.count > this.capacity) this.spill();
  }

  delete(key: string): void {
    if (this.byLife.get(this.lifeMs(key))?.delete(key) === true) this.count -= 1;
  }

  clear(): void {
    this.byLife.clear();
    this.count = 0;
  }

  private spill(): void {
    let oldest: readonly [key: string, entry: Entry<State>] | undefined;
    for (const entries of this.byLife.values()) {
      const [first] = entries;
      if (first !== undefined && (oldest === undefined || first[1].touchedMs < oldest[1].touchedMs)) oldest = first;
    }
    if (oldest !== undefined) this.delete(oldest[0]);
  }
}
