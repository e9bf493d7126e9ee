import process from 'node:process';

import { PlimsollError, printable, type ProfileFile } from '@plimsoll/contracts';
import {
  findRecordings,
  learnProfiles,
  sourcesOf,
  suspectWords,
  type LearningPlan,
  type ReplaySource,
  type Suspects,
} from '@plimsoll/local-run';
import type { SourceReport } from '@plimsoll/sources';
import { Command, Option } from 'commander';

import { keyGroup, learnersFor, type KeyGroups } from '../key-groups.js';
import { severalLive } from '../live-argument.js';
import { learnFromLive, type LiveLearningOptions } from '../live-learning.js';
import { writeProfiles } from '../profile-folder.js';
import { collected, maxRefusedOption, privacyOption } from '../shared-options.js';
import { keepHeapSmall } from '../small-heap.js';
import { parseSource, sourcesFrom } from '../source-argument.js';
import { STACK_HELP } from '../stack-help.js';
import { stopSignal } from '../stop-signal.js';
import { Progress } from '../terminal/progress.js';
import { tellReports } from '../terminal/source-reports.js';
import { table } from '../terminal/table.js';
import { learnFromStack, type TopicLearningOptions } from '../topic-learning.js';
import { pushProfiles } from './profiles.js';

interface LearnOptions extends TopicLearningOptions, LiveLearningOptions {
  fromTopic?: true;
  push?: 'shadow' | 'active';
  source: string[];
  calibrate: string[];
  keyGroup: KeyGroups;
  out?: string;
  privacy: 'strict' | 'balanced' | 'full';
  maxRefused: number;
}

export function learnCommand(): Command {
  return new Command('learn')
    .description(
      'Learn what is normal from benign sources, from the benign episodes of a folder of recordings, or from the stream.',
    )
    .argument('[recordings]', 'a folder of recordings; their benign learn and calibrate episodes are used')
    .option('--source <WORKLOAD=KIND:PATH>', 'a benign source to learn from; may be given several times', collected, [])
    .option(
      '--calibrate <WORKLOAD=KIND:PATH>',
      'a benign source to calibrate on, instead of a share of the others',
      collected,
      [],
    )
    .option(
      '--live <WORKLOAD=PID|CONTAINER>',
      'learn from a running process and its children, or a container, traced with strace until Ctrl-C; may be given several times',
      severalLive,
      [],
    )
    .option(
      '--key-group <[WORKLOAD=]CALLS>',
      'the system calls that the detectors keep, separated by commas; may be given for each workload',
      keyGroup,
      new Map() satisfies KeyGroups,
    )
    .option('--from-topic', 'learn from the topics syscalls and logs')
    .option('--since <TIME>', 'first event time, as 2026-11-25T18:00:00Z or 6h (ago); default: the oldest record')
    .option('--until <TIME>', 'last event time; default: now')
    .option(
      '--follow',
      'keep reading until enough was seen and novelty has converged; each profile is written and pushed as it is ready',
    )
    .option(
      '--give-up <TIME>',
      'with --follow: how long to wait for what does not converge, from the beginning, as 90m or 12h; then it is handed over as it is, incomplete',
    )
    .option('--leave-out', 'with --give-up: what has not converged is left out instead')
    .option('--name <NAME>', 'the name under which an interrupted run is resumed; default: made from the options')
    .addOption(new Option('--push <AS>', 'push the profiles to the stack when done').choices(['shadow', 'active']))
    .option('--out <DIR>', 'folder to write the profiles to')
    .option(
      '--application <NAME>',
      'the application that the sources belong to ("default" otherwise); with --from-topic, the only one to learn',
    )
    .addOption(privacyOption())
    .addOption(maxRefusedOption())
    .addHelpText(
      'after',
      `
Thresholds come from benign data that was not learned from. Without --calibrate, the last 30 % of each workload's
sources are kept for that; of a single source, the last 30 % of its events, of a long one the last 30 % of its bytes.

--live learns from what its processes do meanwhile: use the application as on an ordinary day, then Ctrl-C. Children are
traced with their parent: of a server with workers, give the process that started them, before it starts more.

--from-topic leaves out events that belong to an incident, unless an analyst marked it benign. If events were lost in the
range, the profile is not complete. Progress is kept in Redis for a day: give the same command again to resume a run that
was interrupted. --follow waits without end for what does not converge: interrupt it, and give it again with --give-up 0m.

Examples:
  plimsoll learn --source db=strace:monday.strace.gz --source web=access-log:access.log --out profiles
  plimsoll learn recordings/employee --out profiles
  plimsoll learn --live web=4711 --live db=shop-db-1 --out profiles
  plimsoll learn recordings/employee --key-group db=read,write,recvfrom,sendto,fsync --out profiles
  plimsoll learn --from-topic --application shop --since 6h --push shadow
${STACK_HELP}`,
    )
    .action(run);
}

async function run(folder: string | undefined, options: LearnOptions): Promise<void> {
  if (options.out === undefined && options.push === undefined) {
    throw new PlimsollError(
      'bad-configuration',
      'say where to put the profiles: --out DIR, --push shadow or --push active',
    );
  }
  const { profiles, passedOver, suspects = [] } = await learned(folder, options);
  const written = options.out === undefined ? [] : await writeProfiles(options.out, profiles);
  const rows = profiles.map(({ application, workload, detector, version, learned }, i) => [
    `${application}/${workload}`,
    detector,
    version,
    String(learned.events),
    learned.novelty.toFixed(4),
    learned.complete ? 'yes' : 'not yet',
    written[i] ?? '-',
  ]);
  const columns = ['workload', 'detector', 'version', 'events', 'novelty', 'complete', 'file'].map((title) => ({
    title,
  }));
  process.stdout.write(`${table(columns, rows)}\n`);
  for (const reason of passedOver) process.stderr.write(`no profile: ${reason}\n`);
  tellSuspects(suspects);
  tellIncomplete(profiles);
  // While following, each was pushed as it was ready.
  if (options.push !== undefined && options.follow !== true) await pushProfiles(profiles, options.push === 'shadow');
}

/** While following: puts a profile where all go, without waiting for the others. */
async function handOver(profile: ProfileFile, { out, push }: Pick<LearnOptions, 'out' | 'push'>): Promise<void> {
  const { application, workload, detector, learned } = profile;
  const ready = learned.complete ? 'ready' : `given up, and not complete (${learned.notes.filter(waits).join('; ')})`;
  process.stderr.write(`${printable(`${application}/${workload} ${detector}: ${ready}`)}, ${learned.events} events\n`);
  if (out !== undefined) await writeProfiles(out, [profile]);
  if (push !== undefined) await pushProfiles([profile], push === 'shadow');
}

/** What each profile that is not complete waits for, and what to do. */
function tellIncomplete(profiles: readonly ProfileFile[]): void {
  const incomplete = profiles.filter(({ learned: { complete } }) => !complete);
  if (incomplete.length === 0) return;
  const lines = incomplete.flatMap(({ application, workload, detector, learned: { notes } }) =>
    notes.filter(waits).map((note) => `${printable(`${application}/${workload} ${detector}: ${note}`)}\n`),
  );
  process.stdout.write(`\n${lines.join('')}
Novelty is the probability that the next benign window holds something never seen: more benign data lowers it. A profile
that is not complete can be used, but will give more false alerts than you allow: learn longer before you rely on it.
`);
}

function waits(note: string): boolean {
  return note.startsWith('not complete');
}

function learned(folder: string | undefined, options: LearnOptions): Promise<Outcome> {
  const files = folder !== undefined || options.source.length > 0 || options.calibrate.length > 0;
  if ([files, options.fromTopic === true, options.live.length > 0].filter(Boolean).length > 1) {
    throw new PlimsollError('bad-configuration', 'choose one: files (a folder or --source), --from-topic, or --live');
  }
  if (options.fromTopic) return fromTopic(options);
  return options.live.length > 0 ? learnFromLive(options) : fromSources(folder, options);
}

interface Outcome {
  readonly profiles: readonly ProfileFile[];
  readonly passedOver: readonly string[];
  readonly suspects?: readonly Suspects[];
}

/** What in the benign data would alert before anything is learned: the caller may have learned an attack. */
function tellSuspects(suspects: readonly Suspects[]): void {
  for (const one of suspects) process.stderr.write(`${printable(suspectWords(one))}\n`);
  if (suspects.length === 0) return;
  process.stderr.write('Look at them before you activate the profiles, which treat them as normal.\n');
}

async function fromTopic(options: LearnOptions): Promise<Outcome> {
  const learned = await learnFromStack(options, (profile) => handOver(profile, options));
  const { messages, unreadable, resumed } = learned;
  process.stderr.write(
    `${messages} messages${resumed ? ', some of them in an earlier run' : ''}${unreadable > 0 ? `, ${unreadable} unreadable` : ''}\n`,
  );
  return learned;
}

async function fromSources(folder: string | undefined, options: LearnOptions): Promise<Outcome> {
  keepHeapSmall();
  const plan = await planOf(folder, options);
  const progress = new Progress('learning');
  const reports: SourceReport[] = [];
  const tell = (): void => {
    tellReports(reports, options.maxRefused, true);
  };
  const learned = await learnProfiles(plan, learnersFor(options.keyGroup), {
    privacy: options.privacy,
    signal: stopSignal(),
    onProgress: (share, note) => {
      progress.update(share, note);
    },
    onRead: (report) => reports.push(report),
  })
    .finally(() => {
      progress.clear();
    })
    .catch((error: unknown) => {
      // Too little may have been read because the rest was refused or cut off.
      tell();
      throw error;
    });
  progress.done(`${learned.messages} messages, ${learned.profiles.length} profiles`);
  tell();
  return learned;
}

async function planOf(folder: string | undefined, options: LearnOptions): Promise<LearningPlan> {
  if (folder !== undefined) {
    const benign = (await findRecordings(folder)).filter((at) => at.recording.attacks.length === 0);
    const of = (split: string): typeof benign => benign.filter((at) => at.recording.split === split);
    const calibrate = of('calibrate');
    const learn = benign.filter((at) => at.recording.split === undefined || at.recording.split === 'learn');
    if (learn.length === 0) throw new PlimsollError('empty-source', `${folder}: no benign episode to learn from`);
    return { learn: learn.map(sourcesOf), calibrate: calibrate.map(sourcesOf) };
  }
  if (options.source.length === 0) {
    throw new PlimsollError(
      'bad-configuration',
      'nothing to learn from: give --source WORKLOAD=KIND:PATH or a folder of recordings',
    );
  }
  const { application = 'default' } = options;
  return {
    learn: grouped(sourcesFrom(application, options.source.map(parseSource))),
    calibrate: grouped(sourcesFrom(application, options.calibrate.map(parseSource))),
  };
}

function grouped(sources: ReplaySource[]): ReplaySource[][] {
  return sources.length === 0 ? [] : [sources];
}
