import { basename, join } from 'node:path';

import { PlimsollError, type TimeUs } from '@plimsoll/contracts';
import { listParts } from '@plimsoll/sources';

import type { Block } from '../document/blocks.js';
import { proportion, type Proportion } from '../intervals.js';
import { interval } from '../markdown-cells.js';
import { hidsDockerMethods, type StudyOptions } from './hids-docker.js';
import { lidDsScenarios } from './layout.js';
import type { Fold } from './scoring.js';
import { readTraces, type Trace } from './trace.js';

/** How one method fares on one scenario by the data set's own protocol. */
export interface LidDsRow {
  readonly scenario: string;
  readonly method: string;
  /** Recordings with an attack in which a window alarmed that ends after it began. */
  readonly detected: Proportion;
  /** False alarms that follow each other within a recording count once. */
  readonly falseAlarms: number;
  /** Windows that end before an attack, or in a recording without one, and alarmed. */
  readonly falseWindows: Proportion;
}

export interface LidDsReport {
  readonly dataSet: 'LID-DS 2021';
  readonly rows: readonly LidDsRow[];
}

/** The JSON of a recording is small. */
const MOST_JSON_BYTES = 4_194_304;

/**
 * Learns each scenario's `training`, sets thresholds on its `validation` and scores its `test`, one scenario at a time:
 * the published detectors by the highest validation score, ours by their rate. An attack is found where a window alarms
 * that ends after the first exploit's time; alarms before it are false, and those in a row count once.
 *
 * Source: Grimmer et al., "Dataset Report: LID-DS 2021" (2023). State: one scenario's calls, some 30 bytes each. Throws
 * `wrong-kind` where a recording's JSON does not tell when its exploit began.
 */
export async function runLidDs(folder: string, options: StudyOptions = {}): Promise<LidDsReport> {
  const rows: LidDsRow[] = [];
  const scenarios = lidDsScenarios(folder);
  for (const [i, path] of scenarios.entries()) {
    const scenario = basename(path);
    options.onProgress?.(i, scenarios.length, `${scenario}: reading`);
    const exploits = await exploitTimes(path);
    const read = (part: 'training' | 'validation' | 'test'): Promise<Trace[]> =>
      readTraces(
        join(path, part),
        'lid-ds',
        (name) => ({ label: exploits.has(name) ? 'attack' : 'benign', group: part }),
        options.signal,
      );
    const fold: Fold = {
      name: scenario,
      benign: [await read('training'), await read('validation')],
      test: await read('test'),
    };
    for (const method of hidsDockerMethods()) {
      if (options.signal?.aborted) throw new PlimsollError('stopped', 'the study was stopped');
      options.onProgress?.(i, scenarios.length, `${scenario}: ${method.name}`);
      const fitted = method.fit(fold);
      const tested = fold.test.map((trace) => {
        const times = callTimes(trace);
        return {
          exploitUs: exploits.get(trace.name),
          windows: fitted.windows(trace).map(({ score, end }) => ({
            alarms: score >= fitted.windowThreshold,
            timeUs: times[end] ?? Infinity,
          })),
        };
      });
      rows.push({ scenario, method: `${method.name}, ${method.rule}`, ...scoreLidDs(tested) });
    }
  }
  return { dataSet: 'LID-DS 2021', rows };
}

/** One tested recording: when its exploit began, if it has one, and its windows by the time of their last call. */
export interface LidDsTested {
  readonly exploitUs: TimeUs | undefined;
  readonly windows: readonly { readonly alarms: boolean; readonly timeUs: TimeUs }[];
}

export function scoreLidDs(
  tested: readonly LidDsTested[],
): Pick<LidDsRow, 'detected' | 'falseAlarms' | 'falseWindows'> {
  let [attacks, found, falseAlarms, flagged, benign] = [0, 0, 0, 0, 0];
  for (const { exploitUs, windows } of tested) {
    const before = windows.filter(({ timeUs }) => timeUs < (exploitUs ?? Infinity));
    benign += before.length;
    flagged += before.filter(({ alarms }) => alarms).length;
    falseAlarms += before.filter(({ alarms }, i) => alarms && before[i - 1]?.alarms !== true).length;
    if (exploitUs === undefined) continue;
    attacks += 1;
    if (windows.some(({ alarms, timeUs }) => alarms && timeUs >= exploitUs)) found += 1;
  }
  return { detected: proportion(found, attacks), falseAlarms, falseWindows: proportion(flagged, benign) };
}

export function lidDsBlocks({ rows }: LidDsReport): Block[] {
  return [
    { kind: 'heading', level: 1, text: 'LID-DS 2021, by its own protocol' },
    {
      kind: 'text',
      text: 'Learned on training, thresholds from validation, scored on test. An attack is found where a window of 1,000 calls alarms that ends after the exploit began; false alarms that follow each other within a recording count once.',
    },
    {
      kind: 'table',
      head: ['scenario', 'method', 'attacks found', 'recall', 'false alarms', 'false windows'],
      rows: rows.map(({ scenario, method, detected, falseAlarms, falseWindows }) => [
        scenario,
        method,
        `${detected.hits}/${detected.of}`,
        interval(detected),
        String(falseAlarms),
        interval(falseWindows),
      ]),
    },
  ];
}

/** When each recording's first exploit began, by the recording's name; those without one are left out. */
async function exploitTimes(scenario: string): Promise<Map<string, TimeUs>> {
  const times = new Map<string, TimeUs>();
  for (const part of await listParts(join(scenario, 'test'))) {
    if (!part.name.endsWith('.json')) continue;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of part.read(() => undefined)) {
      bytes += chunk.length;
      if (bytes > MOST_JSON_BYTES)
        throw new PlimsollError('too-large', `${part.title}: too long for a recording's JSON`);
      chunks.push(chunk);
    }
    const exploitUs = exploitTime(Buffer.concat(chunks).toString('utf8'), part.title);
    if (exploitUs !== undefined) times.set(basename(part.name, '.json'), exploitUs);
  }
  return times;
}

/** `exploit` says whether there is one, `time.exploit[].absolute` when, in seconds since 1970. */
function exploitTime(text: string, title: string): TimeUs | undefined {
  let told: { exploit?: unknown; time?: { exploit?: readonly { absolute?: unknown }[] } } | null;
  try {
    told = JSON.parse(text) as typeof told;
  } catch (cause) {
    throw new PlimsollError('wrong-kind', `${title}: not the JSON of a recording`, { cause });
  }
  if (told?.exploit !== true) return undefined;
  const seconds = told.time?.exploit?.map(({ absolute }) => Number(absolute)).filter(Number.isFinite) ?? [];
  if (seconds.length === 0)
    throw new PlimsollError('wrong-kind', `${title}: an exploit without time.exploit[].absolute`);
  return Math.round(Math.min(...seconds) * 1e6);
}

function callTimes({ batches }: Trace): Float64Array {
  const times = new Float64Array(batches.reduce((sum, { count }) => sum + count, 0));
  let at = 0;
  for (const { baseTimeUs, offsetsUs, count } of batches) {
    for (let i = 0; i < count; i++) times[at++] = baseTimeUs + offsetsUs[i]!;
  }
  return times;
}
