import { systemClock, type Clock } from './clock.js';
import type { LearningStore } from './learning-store.js';

/** Learning in the process's own memory. */
export class MemoryLearningStore implements LearningStore {
  private readonly held = new Map<string, { readonly parts: Map<string, Uint8Array>; endMs: number }>();

  constructor(private readonly clock: Clock = systemClock) {}

  load(learning: string): Promise<ReadonlyMap<string, Uint8Array>> {
    return Promise.resolve(new Map(this.alive(learning)));
  }

  save(learning: string, parts: ReadonlyMap<string, Uint8Array>, ttlMs: number): Promise<void> {
    const known = this.alive(learning);
    for (const [name, bytes] of parts) known.set(name, Uint8Array.from(bytes));
    this.held.set(learning, { parts: known, endMs: this.clock.nowMs() + ttlMs });
    return Promise.resolve();
  }

  remove(learning: string): Promise<void> {
    this.held.delete(learning);
    return Promise.resolve();
  }

  private alive(learning: string): Map<string, Uint8Array> {
    const found = this.held.get(learning);
    return found !== undefined && this.clock.nowMs() < found.endMs ? found.parts : new Map<string, Uint8Array>();
  }
}
