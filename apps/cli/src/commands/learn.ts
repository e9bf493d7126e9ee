import process from 'node:process';

import { callNumber, PlimsollError, UNKNOWN_CALL } from '@plimsoll/contracts';
import { learnProfiles, sourcesOf, findRecordings, type LearningPlan, type ReplaySource } from '@plimsoll/evaluation';
import { applicationLearners } from '@plimsoll/pipelines';
import { Command, InvalidArgumentError, Option } from 'commander';

import { writeProfiles } from '../profile-folder.js';
import { parseSource, sourcesFrom } from '../source-argument.js';
import { stopSignal } from '../stop-signal.js';
import { Progress } from '../terminal/progress.js';
import { table } from '../terminal/table.js';
import { collected, privacyOption } from '../shared-options.js';

interface LearnOptions {
  source: string[];
  calibrate: string[];
  out: string;
  keyGroup: ReadonlyMap<string, readonly number[]>;
  application: string;
  privacy: 'strict' | 'balanced' | 'full';
}

export function learnCommand(): Command {
  return new Command('learn')
    .description('Learn what is normal from benign sources, or from the benign episodes of a folder of recordings.')
    .argument('[recordings]', 'a folder of recordings; their benign learn and calibrate episodes are used')
    .option('--source <WORKLOAD=KIND:PATH>', 'a benign source to learn from; may be given several times', collected, [])
    .option(
      '--calibrate <WORKLOAD=KIND:PATH>',
      'a benign source to calibrate on, instead of a share of the others',
      collected,
      [],
    )
    .requiredOption('--out <DIR>', 'where the profiles go')
    .option(
      '--key-group <[WORKLOAD=]CALLS>',
      'names of the system calls that the detectors keep, comma between them; may be given for each workload',
      keyGroup,
      new Map<string, readonly number[]>(),
    )
    .addOption(new Option('--application <NAME>', 'the application that the sources belong to').default('default'))
    .addOption(privacyOption())
    .addHelpText(
      'after',
      `
Thresholds come from benign data that was not learned from. Without --calibrate, the last 30 % of each workload's
sources are kept for that; of a single source, the last 30 % of its events.

Examples:
  plimsoll learn --source db=strace:monday.strace.gz --source web=access-log:access.log --out profiles
  plimsoll learn recordings/employee --out profiles
  plimsoll learn recordings/employee --key-group db=read,write,recvfrom,sendto,fsync --out profiles`,
    )
    .action(run);
}

async function run(folder: string | undefined, options: LearnOptions): Promise<void> {
  const plan = await planOf(folder, options);
  const keyGroupOf = (workload: string): readonly number[] | undefined =>
    options.keyGroup.get(workload) ?? options.keyGroup.get(EVERY_WORKLOAD);
  const progress = new Progress('learning');
  const { profiles, passedOver, messages } = await learnProfiles(plan, applicationLearners(keyGroupOf), {
    privacy: options.privacy,
    signal: stopSignal(),
    onProgress: (share, note) => {
      progress.update(share, note);
    },
  }).finally(() => {
    progress.clear();
  });
  const written = await writeProfiles(options.out, profiles);
  progress.done(`${messages} messages, ${profiles.length} profiles`);
  const rows = profiles.map(({ application, workload, detector, version, learned }, i) => [
    `${application}/${workload}`,
    detector,
    version,
    String(learned.events),
    learned.novelty.toFixed(4),
    learned.complete ? 'yes' : 'not yet',
    written[i]!,
  ]);
  const columns = ['workload', 'detector', 'version', 'events', 'novelty', 'complete', 'file'].map((title) => ({
    title,
  }));
  process.stdout.write(`${table(columns, rows)}\n`);
  for (const reason of passedOver) process.stderr.write(`no profile: ${reason}\n`);
  if (profiles.some(({ learned }) => !learned.complete)) {
    process.stdout.write(
      '\nNovelty is the chance that the next benign window holds something never seen: more benign data lowers it.\n',
    );
  }
}

const EVERY_WORKLOAD = '';

/** `db=read,write` or `read,write`. Throws where a name is no call's. */
function keyGroup(text: string, before: ReadonlyMap<string, readonly number[]>): Map<string, readonly number[]> {
  const at = text.indexOf('=');
  const names = text
    .slice(at + 1)
    .split(',')
    .map((name) => name.trim());
  const unknown = names.find((name) => callNumber(name) === UNKNOWN_CALL);
  if (unknown !== undefined) throw new InvalidArgumentError(`no system call is named ${JSON.stringify(unknown)}`);
  return new Map(before).set(text.slice(0, Math.max(at, 0)), names.map(callNumber));
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
  return {
    learn: grouped(sourcesFrom(options.application, options.source.map(parseSource))),
    calibrate: grouped(sourcesFrom(options.application, options.calibrate.map(parseSource))),
  };
}

function grouped(sources: ReplaySource[]): ReplaySource[][] {
  return sources.length === 0 ? [] : [sources];
}
