import type { DeadLetter, TimeUs, Verdict } from '@plimsoll/contracts';
import { DEFAULT_FUSION } from '@plimsoll/detection';
import { messageRecord, messageTimeUs, StreamClock, type CollectorMessage, type Start } from '@plimsoll/pipelines';
import type { LogRecord } from '@plimsoll/streaming';

import { EMBEDDED_PARTITIONS, EmbeddedTopology, type EmbeddedOutput } from './embedded.js';
import { inChunks } from './in-chunks.js';

/** What a run gave out, in the order in which it came. */
export interface DetectionRun {
  readonly verdicts: readonly Verdict[];
  /** Records of `alerts`: key, headers and value. */
  readonly alerts: readonly LogRecord[];
  readonly deadLetters: readonly DeadLetter[];
  /** Verdicts that came too late to be joined: none, unless a clock went back within a source. */
  readonly late: number;
  readonly messages: number;
  readonly startUs: TimeUs;
  readonly endUs: TimeUs;
}

/** What sees a run as it happens. */
export interface RunOutput extends EmbeddedOutput {
  /** The input has ended at this event time: what closes from here on was open. */
  readonly onInputEnd?: (endUs: TimeUs) => void;
}

/** Messages published at a time, at most. */
const CHUNK = 256;

/** Past this after the last event, every incident has closed: the run has a final state. */
const CLOSING_US = 2 * (DEFAULT_FUSION.gapUs + DEFAULT_FUSION.graceUs);

/**
 * Runs messages through every service in one process and collects what comes out; at the end of the input every
 * incident closes. `output` sees it as it happens. With `prompt` no message waits for others: for what is told live.
 */
export async function runDetection(
  messages: AsyncIterable<CollectorMessage>,
  operators: (start: Start) => Promise<void>,
  output: RunOutput = {},
  prompt = false,
): Promise<DetectionRun> {
  const verdicts: Verdict[] = [];
  const alerts: LogRecord[] = [];
  const deadLetters: DeadLetter[] = [];
  const topology = await EmbeddedTopology.start(operators, {
    onVerdict(verdict, record) {
      if (verdict.type === 'verdict') verdicts.push(verdict);
      output.onVerdict?.(verdict, record);
    },
    onAlert(record) {
      alerts.push(record);
      output.onAlert?.(record);
    },
    onDeadLetter(letter) {
      deadLetters.push(letter);
      output.onDeadLetter?.(letter);
    },
  });
  try {
    const clock = new StreamClock('replay', EMBEDDED_PARTITIONS);
    const span = await feed(topology, messages, clock, prompt);
    await topology.drained();
    output.onInputEnd?.(span.endUs);
    const lastUs = verdicts.reduce((latest, { window }) => Math.max(latest, window.endUs), span.endUs);
    await topology.publish(clock.at(lastUs + CLOSING_US, true));
    await topology.drained();
    return { verdicts, alerts, deadLetters, late: late(deadLetters), ...span };
  } finally {
    await topology.stop();
  }
}

async function feed(
  topology: EmbeddedTopology,
  messages: AsyncIterable<CollectorMessage>,
  clock: StreamClock,
  prompt: boolean,
): Promise<{ messages: number; startUs: TimeUs; endUs: TimeUs }> {
  let count = 0;
  let startUs = Infinity;
  let endUs = 0;
  for await (const chunk of inChunks(messages, CHUNK, prompt)) {
    for (const message of chunk) {
      startUs = Math.min(startUs, messageTimeUs(message));
      endUs = Math.max(endUs, messageEndUs(message));
    }
    count += chunk.length;
    await topology.publish(clock.before(chunk));
    await topology.publish(clock.withSilence(chunk).map(messageRecord));
  }
  return { messages: count, startUs: count === 0 ? 0 : startUs, endUs };
}

function late(letters: readonly DeadLetter[]): number {
  return letters.filter(({ reason }) => reason === 'late').length;
}

function messageEndUs(message: CollectorMessage): TimeUs {
  if (message.topic === 'logs') return message.event.timeUs;
  const { baseTimeUs, offsetsUs } = message.batch;
  return baseTimeUs + (offsetsUs.at(-1) ?? 0);
}
