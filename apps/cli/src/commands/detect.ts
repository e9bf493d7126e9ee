import process from 'node:process';

import { PlimsollError, type ProfileFile } from '@plimsoll/contracts';
import { replay, runDetection, type ReplaySource } from '@plimsoll/evaluation';
import { applicationOperators, fixedProfiles } from '@plimsoll/pipelines';
import { Command, Option } from 'commander';

import { ndjsonOutput } from '../ndjson-output.js';
import { readProfiles } from '../profile-folder.js';
import { budgetOption, collected, privacyOption } from '../shared-options.js';
import { parseSource, sourcesFrom } from '../source-argument.js';
import { stopSignal } from '../stop-signal.js';
import { incidentReport, finalFindings } from '../terminal/incident-report.js';
import { Progress } from '../terminal/progress.js';

interface DetectOptions {
  profile: string;
  source: string[];
  application?: string;
  output: 'table' | 'ndjson';
  verdicts: 'anomalous' | 'all';
  falseAlertsPerDay: number;
  privacy: 'strict' | 'balanced' | 'full';
}

export function detectCommand(): Command {
  return new Command('detect')
    .description('Judge sources by learned profiles and print the incidents.')
    .requiredOption('--profile <DIR>', 'the folder that plimsoll learn wrote')
    .option(
      '--source <WORKLOAD=KIND:PATH>',
      'what to judge; may be given several times; PATH - is standard input',
      collected,
      [],
    )
    .option('--application <NAME>', 'the application, where the profiles are of several')
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
    .addHelpText(
      'after',
      `
NDJSON has one object a line: {"type":"verdict",…} is one detector's judgement of one window or event;
{"type":"alert","key":…,"headers":…,"finding":…} is a message as the alerts topic holds it: CloudEvents headers and an
OCSF Detection Finding. An incident is created, then updated; its last alert is its final state.

Examples:
  plimsoll detect --profile profiles --source db=strace:today.strace.gz --source web=access-log:access.log
  strace -f -ttt -T -s 2048 -p PID 2>&1 | plimsoll detect --profile profiles --source db=strace:- --output ndjson`,
    )
    .action(run);
}

async function run(options: DetectOptions): Promise<void> {
  if (options.source.length === 0) {
    throw new PlimsollError('bad-configuration', 'nothing to judge: give --source WORKLOAD=KIND:PATH');
  }
  const profiles = await readProfiles(options.profile);
  const application = options.application ?? onlyApplication(profiles, options.profile);
  const sources = sourcesFrom(application, options.source.map(parseSource));
  refuseStrangers(profiles, application, sources, options.profile);
  const progress = new Progress('judging');
  const ndjson = options.output === 'ndjson';
  const result = await runDetection(
    replay(sources, {
      privacy: options.privacy,
      signal: stopSignal(),
      onProgress: (readBytes, totalBytes) => {
        progress.update(totalBytes > 0 ? readBytes / totalBytes : 0);
      },
    }),
    applicationOperators(fixedProfiles(profiles), { falseAlertsPerDay: options.falseAlertsPerDay }),
    ndjson ? ndjsonOutput(process.stdout, options.verdicts === 'all') : {},
  ).finally(() => {
    progress.clear();
  });
  if (!ndjson) {
    progress.done(`${result.messages} messages, ${result.verdicts.length} verdicts`);
    process.stdout.write(`${incidentReport(finalFindings(result.alerts))}\n`);
  }
}

function onlyApplication(profiles: readonly ProfileFile[], folder: string): string {
  const names = [...new Set(profiles.map(({ application }) => application))];
  if (names.length === 1) return names[0]!;
  throw new PlimsollError(
    'bad-configuration',
    `${folder} holds profiles of ${names.join(', ')}: say which with --application`,
  );
}

/** A source of a workload that nothing was learned of would be judged by nobody: that is a mistake, not a result. */
function refuseStrangers(
  profiles: readonly ProfileFile[],
  application: string,
  sources: readonly ReplaySource[],
  folder: string,
): void {
  const known = new Set(
    profiles.filter((profile) => profile.application === application).map(({ workload }) => workload),
  );
  for (const { where } of sources) {
    if (known.has(where.workload)) continue;
    const has = known.size === 0 ? `none of ${application}` : [...known].join(', ');
    throw new PlimsollError(
      'wrong-workload',
      `${folder} has no profile of workload ${where.workload}; it has ${has}. Learn it first, or name the workload as it was learned`,
    );
  }
}
