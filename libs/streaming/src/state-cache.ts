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
  private readonly lives = new Map<string, number>();
  /** By life, when its states were last looked through. */
  private readonly swept = new Map<number, number>();

  constructor(
    private readonly capacity: number,
    private readonly lifeMs: (key: string, state: State) => number,
  ) {}

  get size(): number {
    return this.lives.size;
  }

  /** The state, unless it was spilled or has outlived the store's copy. */
  get(key: string, nowMs: number): State | undefined {
    const life = this.lives.get(key);
    if (life === undefined) return undefined;
    const entry = this.byLife.get(life)!.get(key)!;
    if (nowMs - entry.touchedMs < life) return entry.state;
    this.delete(key);
    return undefined;
  }

  /** Keeps a state that was just written to the store. */
  set(key: string, state: State, nowMs: number): void {
    this.delete(key);
    const life = this.lifeMs(key, state);
    let entries = this.byLife.get(life);
    if (entries === undefined) this.byLife.set(life, (entries = new Map<string, Entry<State>>()));
    entries.set(key, { state, touchedMs: nowMs });
    this.lives.set(key, life);
    this.sweep(entries, life, nowMs);
    while (this.lives.size > this.capacity) this.spill();
  }

  /**
   * Drops what has outlived its life, once for all states that are kept at one time: a map's first entry is found behind
   * the places of all that were deleted before it, so that asking for it with each state costs as much as there are states.
   */
  private sweep(entries: Map<string, Entry<State>>, life: number, nowMs: number): void {
    if (this.swept.get(life) === nowMs) return;
    this.swept.set(life, nowMs);
    for (const [oldest, { touchedMs }] of entries) {
      if (nowMs - touchedMs < life) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const life = this.lives.get(key);
    if (life === undefined) return;
    this.byLife.get(life)!.delete(key);
    this.lives.delete(key);
  }

  clear(): void {
    this.byLife.clear();
    this.lives.clear();
    this.swept.clear();
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
