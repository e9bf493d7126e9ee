import type { LogRecord } from './event-log.js';
import { Wake } from './wake.js';

/** One partition of the in-memory log: appended at the end, trimmed at the front. */
export class MemoryPartition {
  readonly appended = new Wake();
  private records: LogRecord[] = [];
  private head = 0;
  private bytes = 0;
  private first = 0;

  /** Offset of the oldest record held. */
  get firstOffset(): number {
    return this.first;
  }

  /** Offset that the next record will have. */
  get endOffset(): number {
    return this.first + this.records.length - this.head;
  }

  get sizeBytes(): number {
    return this.bytes;
  }

  append(record: LogRecord): void {
    this.records.push(record);
    this.bytes += sizeOf(record);
    this.appended.notify();
  }

  /** Records from `offset` on, at most `maxRecords` and, beyond the first, at most `maxBytes`. */
  read(offset: number, maxRecords: number, maxBytes: number): readonly LogRecord[] {
    const start = this.head + Math.max(0, offset - this.first);
    let end = start;
    let bytes = 0;
    while (end < this.records.length && end - start < maxRecords) {
      bytes += sizeOf(this.records[end]!);
      if (end > start && bytes > maxBytes) break;
      end += 1;
    }
    return this.records.slice(start, end);
  }

  /** Forgets the oldest record. */
  dropFirst(): void {
    const record = this.records[this.head];
    if (record === undefined) return;
    this.bytes -= sizeOf(record);
    this.head += 1;
    this.first += 1;
    if (this.head > 1_024 && this.head * 2 > this.records.length) {
      this.records = this.records.slice(this.head);
      this.head = 0;
    }
  }
}

/** What a record is counted for: its value and key, and an allowance for the object that holds them. */
function sizeOf(record: LogRecord): number {
  return record.value.byteLength + (record.key?.length ?? 0) + 128;
}
