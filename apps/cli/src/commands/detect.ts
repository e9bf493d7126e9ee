import { basename } from 'node:path';
import process from 'node:process';

import { Alert, decodeJson, PlimsollError, printable, type ProfileFile, type SourceKind } from '@plimsoll/contracts';
import { CALL_DETECTORS, EVENT_DETECTORS, type EventKind } from '@plimsoll/detection';
import { replay, runDetection, type ReplaySource, type RunOutput } from '@plimsoll/local-run';
import { applicationOperators, fixedProfiles, type CollectorMessage } from '@plimsoll/pipelines';
import type { SourceReport } from '@plimsoll/sources';
import { Command, Option } from 'commander';

import { severalLive, type LiveArgument } from '../live-argument.js';
import { tracedTogether } from '../live-traces.js';
import { ndjsonOutput } from '../ndjson-output.js';
import { readProfiles } from '../profile-folder.js';
import { budgetOption, collected, maxRefusedOption, privacyOption } from '../shared-options.js';
import { keepHeapSmall } from '../small-heap.js';
import { isPipe, parseSource, sourcesFrom } from '../source-argument.js';
import { stopSignal } from '../stop-signal.js';
import { asEnded, ChangeTeller, finalFindings, incidentReport } from '../terminal/incident-report.js';
import { Progress } from '../terminal/progress.js';
import { tellLate, tellReports } from '../terminal/source-reports.js';

interface DetectOptions {
  profile: string;
  source: string[];
  live: LiveArgument[];
  workload?: string;
  application?: string;
  output: 'table' | 'ndjson';
  verdicts: 'anomalous' | 'all';
  falseAlertsPerDay: number;
  privacy: 'strict' | 'balanced' | 'full';
  maxRefused: number;
}

/** The events that a log holds; every other source tells calls, and what is rebuilt from them. */
const EVENT_OF_LOG: Partial<Record<SourceKind, EventKind>> = {
  'access-log': 'web-request',
  'sql-log': 'sql-statement',
  'k8s-audit': 'k8s-audit',
};

/** Names of the detectors that score what a kind of source tells. */
function scorersOf(source: SourceKind): readonly string[] {
  const event = EVENT_OF_LOG[source];
  const rows = EVENT_DETECTORS.filter(({ kind }) => (event === undefined ? kind !== 'k8s-audit' : kind === event));
  return [...(event === undefined ? CALL_DETECTORS : []), ...rows].map(({ name }) => name);
}

export function detectCommand(): Command {
  return new Command('detect')
    .description('Score sources against learned profiles and print the incidents.')
    .argument('[command...]', 'after --: a program to start and trace, with its children, until it exits')
    .requiredOption('--profile <DIR>', 'the folder that plimsoll learn wrote')
    .option(
      '--source <WORKLOAD=KIND:PATH>',
      'a source to watch; may be given several times; PATH - is standard input',
      collected,
      [],
    )
    .option(
      '--live <[WORKLOAD=]PID|CONTAINER>',
      'trace a running process and its children, or a container by id or name, with strace, until Ctrl-C; may be given several times; tracing adds some 70 µs to each system call',
      severalLive,
      [],
    )
    .option(
      '--workload <NAME>',
      'the workload to which the started program belongs; needed where DIR has profiles of several',
    )
    .option('--application <NAME>', 'the application; needed where DIR has profiles of several')
    .addOption(
      new Option('--output <FORM>', 'a table for people, or one JSON object a line')
        .choices(['table', 'ndjson'])
        .default('table'),
    )
    .addOption(
      new Option('--verdicts <WHICH>', 'which verdicts NDJSON holds')
        .choices(['anomalous', 'all'])
        .default('anomalous'),
    )
    .addOption(budgetOption())
    .addOption(privacyOption())
    .addOption(maxRefusedOption())
    .addHelpText(
      'after',
      `
NDJSON has one object a line: {"type":"verdict",…} is one detector's verdict on one window or event;
{"type":"alert","key":…,"headers":…,"finding":…} is a message as the alerts topic holds it: CloudEvents headers and an
OCSF Detection Finding. An incident is created, then updated; its last alert is its final state.

Examples:
  plimsoll detect --profile profiles --source db=strace:today.strace.gz --source web=access-log:access.log
  strace -f -ttt -T -s 2048 -p PID 2>&1 | plimsoll detect --profile profiles --source db=strace:- --output ndjson
  plimsoll detect --profile profiles --live web=4711 --live db=shop-db-1
  plimsoll detect --profile profiles --workload web -- php -S 127.0.0.1:8080`,
    )
    .action(run);
}

async function run(command: readonly string[], given: DetectOptions): Promise<void> {
  const options = command.length === 0 ? given : { ...given, live: [startedLive(command, given)] };
  const ways = [given.source.length > 0, given.live.length > 0, command.length > 0];
  if (ways.filter(Boolean).length !== 1 || (given.workload !== undefined && command.length === 0)) {
    throw new PlimsollError(
      'bad-configuration',
      'give one of --source WORKLOAD=KIND:PATH, --live PID|CONTAINER, and -- COMMAND (with --workload): what is to be watched',
    );
  }
  const profiles = await readProfiles(options.profile);
  const application = options.application ?? onlyApplication(profiles, options.profile);
  const progress = new Progress('detecting');
  const reports: SourceReport[] = [];
  const result = await runDetection(
    messagesOf(options, application, profiles, progress, (report) => reports.push(report)),
    applicationOperators(fixedProfiles(profiles), { falseAlertsPerDay: options.falseAlertsPerDay }),
    outputOf(options, progress),
    options.live.length > 0 || options.source.map(parseSource).some(isPipe),
  ).finally(() => {
    progress.clear();
  });
  if (options.output === 'table') {
    progress.done(`${result.messages} messages, ${result.verdicts.length} verdicts`);
    const found = finalFindings(result.alerts).map((alert) => asEnded(alert, result.endUs));
    process.stdout.write(`${incidentReport(found)}\n`);
  }
  tellLate(result.late);
  tellReports(reports, options.maxRefused, false);
}

function messagesOf(
  options: DetectOptions,
  application: string,
  profiles: readonly ProfileFile[],
  progress: Progress,
  onRead: (report: SourceReport) => void,
): AsyncIterable<CollectorMessage> {
  const { privacy } = options;
  const signal = stopSignal();
  if (options.live.length > 0) return tracesOf(options, application, profiles, signal);
  keepHeapSmall();
  const sources = sourcesFrom(application, options.source.map(parseSource));
  const workloads = sources.map(({ where }) => where.workload);
  refuseStrangers(profiles, application, workloads, options.profile);
  tellUnscored(profiles, application, sources);
  return replay(sources, {
    privacy,
    signal,
    onRead,
    onProgress: (readBytes, totalBytes) => {
      progress.update(totalBytes > 0 ? readBytes / totalBytes : 0);
    },
  });
}

/** What all that is traced does. */
function tracesOf(
  options: DetectOptions,
  application: string,
  profiles: readonly ProfileFile[],
  signal: AbortSignal,
): AsyncIterable<CollectorMessage> {
  const named = options.live.map((each) => ({
    ...each,
    workload: each.workload ?? onlyWorkload(profiles, application),
  }));
  const workloads = named.map(({ workload }) => workload);
  refuseStrangers(profiles, application, workloads, options.profile);
  const { privacy } = options;
  return tracedTogether(application, named, { privacy, signal, prompt: true, onInterrupt: 'Ctrl-C ends it' });
}

/** NDJSON as it happens; for people, what happens to incidents as it comes where the input does not end by itself. */
function outputOf({ output, verdicts, live: traced }: DetectOptions, progress: Progress): RunOutput {
  if (output === 'ndjson') return ndjsonOutput(process.stdout, verdicts === 'all');
  if (traced.length === 0) return {};
  let endedUs = Infinity;
  const changes = new ChangeTeller();
  return {
    onInputEnd: (endUs) => (endedUs = endUs),
    onAlert(record) {
      progress.clear();
      const alert = asEnded(decodeJson(Alert, record.value, 'an alert'), endedUs);
      process.stdout.write(`${changes.words(alert)}\n`);
    },
  };
}

function startedLive(command: readonly string[], { workload }: DetectOptions): LiveArgument {
  return { name: basename(command[0]!), target: { command }, ...(workload !== undefined && { workload }) };
}

function onlyWorkload(profiles: readonly ProfileFile[], application: string): string {
  const traced = profiles.filter((profile) => profile.application === application && profile.detector === 'sequence');
  if (traced.length === 1) return traced[0]!.workload;
  if (traced.length === 0) {
    throw new PlimsollError(
      'bad-configuration',
      `none of the profiles was learned from system calls, so a traced program cannot be scored: learn from a trace first (learn --live WORKLOAD=PID, or --source WORKLOAD=strace:PATH)`,
    );
  }
  const names = traced.map(({ workload }) => workload).join(', ');
  throw new PlimsollError(
    'bad-configuration',
    `name its workload: --live WORKLOAD=PID, or --workload before -- COMMAND (${names})`,
  );
}

function onlyApplication(profiles: readonly ProfileFile[], folder: string): string {
  const names = [...new Set(profiles.map(({ application }) => application))];
  if (names.length === 1) return names[0]!;
  throw new PlimsollError(
    'bad-configuration',
    `${folder} holds profiles of ${names.join(', ')}: choose one with --application`,
  );
}

/** Says which sources no profile of their workload can score: 'no incident' would read as 'all is well'. */
function tellUnscored(profiles: readonly ProfileFile[], application: string, sources: readonly ReplaySource[]): void {
  for (const { where, kind, path } of sources) {
    const scored = scorersOf(kind);
    const own = profiles.filter((profile) => {
      return profile.application === application && profile.workload === where.workload;
    });
    if (own.some(({ detector }) => scored.includes(detector))) continue;
    const learned = own.map(({ detector }) => detector).join(', ');
    process.stderr.write(
      `plimsoll: ${printable(path)}: nothing of it can be scored: the profiles of ${printable(where.workload)} are of other kinds of source (${learned}); learn from a source of kind ${kind}\n`,
    );
  }
}

/** Nothing would score a source whose workload has no profile: that is a mistake, not a result. */
function refuseStrangers(
  profiles: readonly ProfileFile[],
  application: string,
  workloads: readonly string[],
  folder: string,
): void {
  const known = new Set(
    profiles.filter((profile) => profile.application === application).map(({ workload }) => workload),
  );
  for (const workload of workloads) {
    if (known.has(workload)) continue;
    const has = known.size === 0 ? `none of ${application}` : [...known].join(', ');
    throw new PlimsollError(
      'wrong-workload',
      `${folder} has no profile of workload ${workload}; it has ${has}. Learn it first, or name the workload as it was learned`,
    );
  }
}
