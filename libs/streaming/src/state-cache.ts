/** States of one partition in memory, the least recently used spilled first: the store holds every one of them. */
export class StateCache<State> {
  private readonly entries = new Map<string, { readonly state: State; readonly expiresMs: number }>();

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.entries.size;
  }

  /** The state, unless it was spilled or has outlived the store's copy. */
  get(key: string, nowMs: number): State | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (nowMs < entry.expiresMs) return entry.state;
    this.entries.delete(key);
    return undefined;
  }

  /** Keeps a state that was just written to the store, for as long as the store does. */
  set(key: string, state: State, expiresMs: number): void {
    this.entries.delete(key);
    this.entries.set(key, { state, expiresMs });
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.capacity) break;
      this.entries.delete(oldest);
    }
  }

  delete(key: string): void {
    this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
  }
}
