import type { DeadLetter, TimeUs, Verdict } from '@plimsoll/contracts';
import { DEFAULT_FUSION } from '@plimsoll/detection';
import {
  messageRecord,
  messageTimeUs,
  streamTimeMark,
  verdictRecord,
  type CollectorMessage,
  type Start,
} from '@plimsoll/pipelines';
import type { LogRecord } from '@plimsoll/streaming';

import { EmbeddedTopology, type EmbeddedOutput } from './embedded.js';
import { inChunks } from './in-chunks.js';

/** What a run gave out, in the order in which it came. */
export interface DetectionRun {
  readonly verdicts: readonly Verdict[];
  /** Records of `alerts`: key, headers and value. */
  readonly alerts: readonly LogRecord[];
  readonly deadLetters: readonly DeadLetter[];
  readonly messages: number;
  readonly startUs: TimeUs;
  readonly endUs: TimeUs;
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
  output: EmbeddedOutput = {},
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
    const { applications, ...span } = await feed(topology, messages, prompt);
    await topology.drained();
    const lastUs = verdicts.reduce((latest, { window }) => Math.max(latest, window.endUs), span.endUs);
    await topology.publish([...applications].map((name) => verdictRecord(streamTimeMark(name, lastUs + CLOSING_US))));
    await topology.drained();
    return { verdicts, alerts, deadLetters, ...span };
  } finally {
    await topology.stop();
  }
}

async function feed(
  topology: EmbeddedTopology,
  messages: AsyncIterable<CollectorMessage>,
  prompt: boolean,
): Promise<{ messages: number; startUs: TimeUs; endUs: TimeUs; applications: ReadonlySet<string> }> {
  const applications = new Set<string>();
  let count = 0;
  let startUs = Infinity;
  let endUs = 0;
  for await (const chunk of inChunks(messages, CHUNK, prompt)) {
    for (const message of chunk) {
      applications.add(message.topic === 'syscalls' ? message.batch.application : message.event.application);
      startUs = Math.min(startUs, messageTimeUs(message));
      endUs = Math.max(endUs, messageEndUs(message));
    }
    count += chunk.length;
    await topology.publish(chunk.map(messageRecord));
  }
  return { messages: count, startUs: count === 0 ? 0 : startUs, endUs, applications };
}

function messageEndUs(message: CollectorMessage): TimeUs {
  if (message.topic === 'logs') return message.event.timeUs;
  const { baseTimeUs, offsetsUs } = message.batch;
  return baseTimeUs + (offsetsUs.at(-1) ?? 0);
}
