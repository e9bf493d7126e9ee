import process from 'node:process';

import { printable } from '@plimsoll/contracts';

const WIDTH = 24;
const REDRAW_MS = 100;
/** Before so much time and work nobody knows how long the rest takes. */
const LEAST_MS = 2_000;
const LEAST_SHARE = 0.02;

/**
 * A progress line on standard error, redrawn in place on a terminal; elsewhere one line a step, when it is done.
 * Standard output stays the command's own.
 */
export class Progress {
  readonly #label: string;
  readonly #live = process.stderr.isTTY;
  readonly #startMs = performance.now();
  #drawnMs = 0;

  constructor(label: string) {
    this.#label = label;
  }

  /** `share` in [0, 1], from which follows how long the rest takes; `note` says where the work is. */
  update(share: number, note = ''): void {
    const nowMs = performance.now();
    if (!this.#live || nowMs - this.#drawnMs < REDRAW_MS) return;
    this.#drawnMs = nowMs;
    const filled = Math.round(Math.min(1, Math.max(0, share)) * WIDTH);
    const bar = '#'.repeat(filled) + '.'.repeat(WIDTH - filled);
    const percent = `${Math.floor(share * 100)}`.padStart(3);
    process.stderr.write(
      `\r\x1b[K${this.#label.padEnd(12)} [${bar}] ${percent} %  ${printable(note)}${leftWords(share, nowMs - this.#startMs)}`.slice(
        0,
        columns(),
      ),
    );
  }

  /** Ends the line with what was done. */
  done(note: string): void {
    const seconds = ((performance.now() - this.#startMs) / 1000).toFixed(1);
    process.stderr.write(
      `${this.#live ? '\r\x1b[K' : ''}${this.#label.padEnd(12)} ${printable(note)} (${seconds} s)\n`,
    );
  }

  /** Clears the line: what comes next is an error or the command's output. */
  clear(): void {
    if (this.#live) process.stderr.write('\r\x1b[K');
  }
}

function leftWords(share: number, sinceMs: number): string {
  if (sinceMs < LEAST_MS || share < LEAST_SHARE || share >= 1) return '';
  const seconds = Math.ceil((sinceMs * (1 - share)) / share / 1_000);
  return seconds < 100 ? `, ${seconds} s left` : `, ${Math.round(seconds / 60)} min left`;
}

function columns(): number {
  return (process.stderr.columns > 0 ? process.stderr.columns : 80) + '\r\x1b[K'.length;
}
