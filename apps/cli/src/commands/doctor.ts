import process from 'node:process';

import { PlimsollError, printable } from '@plimsoll/contracts';
import { Command } from 'commander';

import { diagnosisReport } from '../doctor/diagnosis-report.js';
import { diagnose, exitCodeOf } from '../doctor/diagnose.js';
import type { SetUp } from '../doctor/set-up.js';
import { STACK_HELP } from '../stack-help.js';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'What is wrong with a set-up, and what to do: brokers, topics, consumer groups, sources, Redis, clocks, profiles.',
    )
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `${STACK_HELP}
With PLIMSOLL_API_TOKEN (and PLIMSOLL_API, its address) the alert service is asked which workloads it hears.

It changes nothing, and takes less than 20 s.
Exit code 0: healthy. 1: something is wrong. 2: nothing wrong was found, but not everything could be looked at.`,
    )
    .action((options: { json?: true }) => doctor(options.json === true));
}

async function doctor(asJson: boolean): Promise<void> {
  const setUp = await lookOrSay();
  if (setUp === undefined) return;
  const diagnosis = diagnose(setUp);
  process.exitCode = exitCodeOf(diagnosis);
  const text = asJson
    ? JSON.stringify({ healthy: process.exitCode === 0, ...diagnosis }, null, 2)
    : diagnosisReport(diagnosis, setUp.workloads !== undefined);
  process.stdout.write(`${text}\n`);
}

/** Undefined, with the reason said, where the settings do not name a stack. */
async function lookOrSay(): Promise<SetUp | undefined> {
  const { gather } = await import('../doctor/gather.js');
  try {
    return await gather();
  } catch (error) {
    if (!(error instanceof PlimsollError)) throw error;
    process.stderr.write(`plimsoll: ${error.message.split('\n').map(printable).join('\n')}\n`);
    process.exitCode = 2;
    return undefined;
  }
}
