import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { PlimsollError } from '@plimsoll/contracts';
import {
  frequencyDetector,
  FrequencyLearner,
  MAX_P_THRESHOLD,
  sequenceDetector,
  SequenceLearner,
} from '@plimsoll/detection';

import { type MethodRow, runMethod } from './measures.js';
import { publishedDetectors } from './published-detectors.js';
import { baselineMethod, detectorMethod, type Fold, type Method, WINDOW_CALLS } from './scoring.js';
import { readTraces, type Trace } from './trace.js';

/** What a study of a data set found. */
export interface StudyReport {
  readonly dataSet: string;
  readonly traces: { readonly benign: number; readonly attack: number; readonly calls: number };
  readonly protocols: readonly ProtocolReport[];
  readonly notes: readonly string[];
}

export interface ProtocolReport {
  readonly name: string;
  readonly rows: readonly MethodRow[];
  /** Alarmed windows that end before the first malicious request, of all such windows, by method. */
  readonly prefix: readonly { readonly method: string; readonly flagged: number; readonly of: number }[];
}

export interface StudyOptions {
  readonly onProgress?: (done: number, of: number, what: string) => void;
  readonly signal?: AbortSignal;
}

const PER_GROUP = 5;

/** Ours marks one benign window in fifty, and alarms on one benign trace in fifty: as often as the product ever does. */
export const OPERATING_P = MAX_P_THRESHOLD;

const WHERE = { application: 'study', workload: 'hids-docker' };

/** The rows of the table: the published detectors, and ours as shipped. */
export function hidsDockerMethods(): Method[] {
  return publishedDetectors()
    .map(baselineMethod)
    .concat([
      ...[OPERATING_P, 0.01].flatMap((p) => [
        detectorMethod(
          'Plimsoll sequence',
          sequenceDetector({ publish: 'every' }),
          () => new SequenceLearner(WHERE),
          p,
        ),
        detectorMethod(
          'Plimsoll frequency',
          frequencyDetector({ publish: 'every' }),
          () => new FrequencyLearner(WHERE),
          p,
        ),
      ]),
    ]);
}

/**
 * The two protocols on the files of hids-docker in `folder`. Replicate: each repetition is tested in turn, the others
 * learn and calibrate. Scenario: each benign scenario in turn is unseen. All attacks are tested in every fold.
 */
export async function runHidsDocker(folder: string, options: StudyOptions = {}): Promise<StudyReport> {
  const traces = await hidsDockerTraces(folder, options.signal);
  const methods = hidsDockerMethods();
  const protocols = hidsDockerProtocols(traces);
  const onsets = readOnsets(folder);
  const steps = methods.length * protocols.length;
  let done = 0;
  const reports = protocols.map(({ name, folds }): ProtocolReport => {
    const rows = methods.map((method) => {
      if (options.signal?.aborted) throw new PlimsollError('stopped', 'the study was stopped');
      options.onProgress?.(done++, steps, `${name}: ${method.name}`);
      return runMethod(method, folds);
    });
    return { name, rows, prefix: rows.map((row) => prefixAlarms(row, onsets)) };
  });
  options.onProgress?.(steps, steps, 'done');
  const count = (label: Trace['label']): number => traces.filter((trace) => trace.label === label).length;
  return {
    dataSet: 'hids-docker',
    traces: {
      benign: count('benign'),
      attack: count('attack'),
      calls: traces.reduce((sum, { calls }) => sum + calls.length, 0),
    },
    protocols: reports,
    notes: NOTES,
  };
}

const NOTES = [
  'Windows of 1,000 consecutive calls; what remains of a trace is a window from 100 calls on. Every window of an attack trace counts as an attack, its ordinary first requests too: they are listed apart as prefix alarms.',
  'Attack sessions had other plugins installed, so even their first ordinary request differs from every benign file; attack files are shorter. Window scores do not see the length of a trace.',
  'F1 is the mean over folds, its interval a bootstrap over traces; rates have Wilson intervals over all folds, in which an attack trace is tested once a fold.',
];

export async function hidsDockerTraces(folder: string, signal?: AbortSignal): Promise<Trace[]> {
  const read = (part: string, label: Trace['label']): Promise<Trace[]> =>
    readTraces(
      join(folder, part),
      'hids-docker',
      (name) => ({ label, group: String(Math.floor(ordinalOf(name) / PER_GROUP)) }),
      signal,
    );
  return [...(await read('normal', 'benign')), ...(await read('exec', 'attack'))];
}

/** Folds of both protocols; groups that the folder does not hold make none. */
export function hidsDockerProtocols(traces: readonly Trace[]): { name: string; folds: Fold[] }[] {
  const benign = traces.filter(({ label }) => label === 'benign');
  const attacks = traces.filter(({ label }) => label === 'attack');
  const foldsBy = (of: (trace: Trace) => string, word: string): Fold[] => {
    const keys = [...new Set(benign.map(of))].sort();
    return keys.map((key, i) => ({
      name: `${word} ${key}`,
      // The group after the tested one comes last: it calibrates where one group does.
      benign: [...keys.slice(i + 2), ...keys.slice(0, i), ...keys.slice(i + 1, i + 2)].map((other) =>
        benign.filter((trace) => of(trace) === other),
      ),
      test: [...benign.filter((trace) => of(trace) === key), ...attacks],
    }));
  };
  return [
    { name: 'replicate', folds: foldsBy(({ name }) => String(ordinalOf(name) % PER_GROUP), 'repetition') },
    { name: 'scenario', folds: foldsBy(({ group }) => group, 'scenario') },
  ];
}

function ordinalOf(name: string): number {
  return Number(/(\d+)$/.exec(name)?.[1] ?? 0);
}

/** By trace: the 1-based line of the first malicious request. Lines are calls here but for the last, cut one. */
function readOnsets(folder: string): Map<string, number> {
  const path = join(folder, 'onsets.tsv');
  if (!existsSync(path)) return new Map();
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  const columns = lines[0]!.split('\t');
  const at = columns.indexOf('first_malicious_request_line');
  return new Map(lines.slice(1).map((line) => [line.split('\t')[0]!, Number(line.split('\t')[at])]));
}

function prefixAlarms(row: MethodRow, onsets: ReadonlyMap<string, number>): ProtocolReport['prefix'][number] {
  let flagged = 0;
  let of = 0;
  for (const { traces } of row.folds) {
    for (const { trace, flaggedEnds } of traces) {
      const onset = onsets.get(trace.name);
      if (onset === undefined) continue;
      of += Math.floor((onset - 1) / WINDOW_CALLS);
      flagged += flaggedEnds.filter((end) => end < onset - 1).length;
    }
  }
  return { method: `${row.method} (${row.rule})`, flagged, of };
}
