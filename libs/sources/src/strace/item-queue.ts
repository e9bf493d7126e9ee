import type { SourceItem } from '@plimsoll/contracts';

/** Items besides calls that wait; beyond it the oldest are dropped too. */
const MAX_ITEMS = 65_536;

/** Between a source that must not be slowed and its reader: bounded, what is dropped is counted and becomes a gap. */
export class ItemQueue {
  lostCalls = 0;
  private waiting: SourceItem[] = [];
  private waitingCalls = 0;
  private lost: { count: number; startUs: number; endUs: number } | undefined;
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
      const { startUs, endUs, count } = lost;
      items.unshift({ type: 'gap', gap: { startUs, endUs, lost: count, cause: 'source-drop' } });
    }
    return items;
  }

  private drop(item: SourceItem): void {
    if (item.type === 'calls') {
      const { count, timesUs } = item.calls;
      this.waitingCalls -= count;
      this.lostCalls += count;
      this.lose(count, timesUs[0] ?? 0, (timesUs[count - 1] ?? 0) + 1);
    } else if (item.type === 'event') this.lose(1, item.event.timeUs, item.event.timeUs + 1);
    else if (item.type === 'gap') this.lose(item.gap.lost ?? 0, item.gap.startUs, item.gap.endUs);
  }

  private lose(count: number, startUs: number, endUs: number): void {
    this.lost = {
      count: (this.lost?.count ?? 0) + count,
      startUs: Math.min(this.lost?.startUs ?? startUs, startUs),
      endUs: Math.max(this.lost?.endUs ?? endUs, endUs),
    };
  }
}
