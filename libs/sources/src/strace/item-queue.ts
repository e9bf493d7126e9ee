import type { SourceItem } from '@plimsoll/contracts';

/** Items besides calls that wait; beyond it the oldest are dropped too. */
const MAX_ITEMS = 65_536;

/** Between a source that must not be slowed and its reader: bounded, what is dropped is counted and becomes a gap. */
export class ItemQueue {
  lostCalls = 0;
  /** Events dropped; no gap says so. */
  lostEvents = 0;
  private waiting: SourceItem[] = [];
  private waitingCalls = 0;
  private lost: { calls: number; startUs: number; endUs: number } | undefined;
  private wake: (() => void) | undefined;
  private closed = false;
  private failure: Error | undefined;

  constructor(private readonly maxCalls: number) {}

  push(items: readonly SourceItem[]): void {
    for (const item of items) {
      this.waiting.push(item);
      if (item.type === 'calls') this.waitingCalls += item.calls.count;
    }
    let dropped = 0;
    while (this.waitingCalls > this.maxCalls || this.waiting.length - dropped > MAX_ITEMS) {
      const oldest = this.waiting[dropped];
      if (oldest === undefined) break;
      dropped++;
      this.drop(oldest);
    }
    if (dropped > 0) this.waiting.splice(0, dropped);
    this.wake?.();
  }

  end(items: readonly SourceItem[]): void {
    this.push(items);
    this.closed = true;
    this.wake?.();
  }

  fail(error: Error): void {
    this.failure = error;
    this.closed = true;
    this.wake?.();
  }

  /** The items in order, each gap where items were dropped. One reader. */
  async *items(): AsyncGenerator<SourceItem> {
    for (;;) {
      const items = this.take();
      if (items.length > 0) {
        yield* items;
        continue;
      }
      if (this.failure !== undefined) throw this.failure;
      if (this.closed) return;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      this.wake = undefined;
    }
  }

  private take(): SourceItem[] {
    const items = this.waiting;
    this.waiting = [];
    this.waitingCalls = 0;
    const { lost } = this;
    if (lost) {
      this.lost = undefined;
      const { startUs, endUs, calls } = lost;
      items.unshift({ type: 'gap', gap: { startUs, endUs, lost: calls, cause: 'source-drop' } });
    }
    return items;
  }

  private drop(item: SourceItem): void {
    if (item.type === 'event') this.lostEvents++;
    if (item.type !== 'calls') return;
    const { count, timesUs } = item.calls;
    this.waitingCalls -= count;
    this.lostCalls += count;
    const startUs = this.lost?.startUs ?? timesUs[0] ?? 0;
    this.lost = { calls: (this.lost?.calls ?? 0) + count, startUs, endUs: (timesUs[count - 1] ?? startUs) + 1 };
  }
}
