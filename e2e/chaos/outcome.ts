import { randomUUID } from 'node:crypto';

import { TOPICS } from '@plimsoll/contracts';
import type { KafkaLog } from '@plimsoll/kafka-log';
import type { LogRecord } from '@plimsoll/streaming';

import { finalStates, isWatermark, reading, textOf } from '../records.js';

/** What a run comes to: verdicts by identity, the last state of each incident, and what was set aside. */
export class Outcome {
  readonly verdicts = new Map<string, string>();
  readonly alerts: LogRecord[] = [];
  readonly deadLetters: string[] = [];
  /** Records of `verdicts` that came again with the same bytes. */
  duplicates = 0;
  /** Identities that came with two contents; there must be none. */
  readonly conflicts: string[] = [];
  /** When the last of them came, wall clock. */
  lastMs = Date.now();

  /** With applications, what is of others is passed over. */
  constructor(private readonly applications?: ReadonlySet<string>) {}

  readonly takeVerdict = (record: LogRecord): void => {
    const text = textOf(record);
    if (isWatermark(record)) return;
    const { id, application } = JSON.parse(text) as { id: string; application: string };
    if (this.#isOfOther(application)) return;
    const known = this.verdicts.get(id);
    if (known === text) this.duplicates += 1;
    else if (known !== undefined) this.conflicts.push(id);
    else this.verdicts.set(id, text);
    this.lastMs = Date.now();
  };

  readonly takeAlert = (record: LogRecord): void => {
    const application = record.headers['ce_source']?.split('/').at(-1) ?? '';
    if (this.#isOfOther(decodeURIComponent(application))) return;
    this.alerts.push(record);
    this.lastMs = Date.now();
  };

  readonly takeDeadLetter = (record: LogRecord): void => {
    this.deadLetters.push(textOf(record));
  };

  /** The newest time that a verdict speaks of, microseconds. */
  newestUs(): number {
    let newest = 0;
    for (const text of this.verdicts.values()) {
      newest = Math.max(newest, (JSON.parse(text) as { window: { endUs: number } }).window.endUs);
    }
    return newest;
  }

  incidents(): ReadonlyMap<string, string> {
    return finalStates(this.alerts);
  }

  #isOfOther(application: string): boolean {
    return this.applications?.has(application) === false;
  }
}

/** What `seen` lacks of `expected`, and what it has beyond or otherwise. */
export function difference(
  expected: ReadonlyMap<string, string>,
  seen: ReadonlyMap<string, string>,
): { readonly missing: string[]; readonly unexpected: string[] } {
  const missing = [...expected].filter(([id]) => !seen.has(id)).map(([, text]) => text);
  const unexpected = [...seen].filter(([id, text]) => expected.get(id) !== text).map(([, text]) => text);
  return { missing, unexpected };
}

/** Reads the three topics that results come on, from their beginning, for as long as the log is open. */
export async function readOutcome(log: KafkaLog, outcome: Outcome): Promise<void> {
  const takers = [
    [TOPICS.verdicts.name, outcome.takeVerdict],
    [TOPICS.alerts.name, outcome.takeAlert],
    [TOPICS.deadLetters.name, outcome.takeDeadLetter],
  ] as const;
  for (const [topic, take] of takers) await log.consume({ topic, group: randomUUID(), handler: reading(take) });
}
