import process from 'node:process';

import { PlimsollError, printable } from '@plimsoll/contracts';
import { Command } from 'commander';

import { alertsCommand } from './commands/alerts.js';
import { completionCommand } from './commands/completion.js';
import { deadLettersCommand } from './commands/dead-letters.js';
import { demoCommand } from './commands/demo.js';
import { detectCommand } from './commands/detect.js';
import { doctorCommand } from './commands/doctor.js';
import { evaluateCommand } from './commands/evaluate.js';
import { incidentsCommand } from './commands/incidents.js';
import { learnCommand } from './commands/learn.js';
import { profilesCommand } from './commands/profiles.js';
import { replayCommand } from './commands/replay.js';
import { topicsCommand } from './commands/topics.js';
import { upCommand } from './commands/up.js';

const program = new Command('plimsoll')
  .description(
    'Detects code injection in containers: learns what is normal from system calls and logs, and explains what is not.',
  )
  .version('0.1.0')
  .showSuggestionAfterError()
  .showHelpAfterError('(plimsoll --help lists the commands)')
  .addHelpText(
    'after',
    `
Start here:
  plimsoll demo                                         learn from the bundled recordings, replay real attacks
  plimsoll learn  --source db=strace:db.strace.gz --out profiles
  plimsoll detect --profile profiles --source db=strace:today.strace.gz
  plimsoll evaluate recordings                          tables of what is detected, and what is falsely alerted

Exit code 0: done. 1: it could not be done; the message says what to do.`,
  );

for (const command of [
  demoCommand(),
  learnCommand(),
  detectCommand(),
  evaluateCommand(),
  upCommand(),
  replayCommand(),
  alertsCommand(),
  incidentsCommand(),
  profilesCommand(),
  topicsCommand(),
  deadLettersCommand(),
  doctorCommand(),
  completionCommand(),
]) {
  program.addCommand(command);
}

// A reader that has seen enough (head, say) closes the pipe: that ends the command, it is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`plimsoll: ${describe(error)}\n`);
  process.exitCode = 1;
}

function describe(error: unknown): string {
  // A message may hold names that others chose; its own line feeds stay.
  if (error instanceof PlimsollError) return error.message.split('\n').map(printable).join('\n');
  if (process.env['PLIMSOLL_DEBUG'] && error instanceof Error) return error.stack ?? error.message;
  return `${error instanceof Error ? error.message : String(error)} (PLIMSOLL_DEBUG=1 shows where)`;
}
