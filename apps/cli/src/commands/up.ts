import { randomUUID } from 'node:crypto';
import process from 'node:process';

import { PlimsollError, TOPICS } from '@plimsoll/contracts';
import { DEFAULT_FUSION } from '@plimsoll/detection';
import { replay, runDetection } from '@plimsoll/local-run';
import {
  applicationOperators,
  fixedProfiles,
  messageRecord,
  ProfileReportProjection,
  profileWatchOperator,
  REPORT_GROUP,
  storedProfiles,
  StreamClock,
} from '@plimsoll/pipelines';
import { runOperator, type Operator, type Running } from '@plimsoll/streaming';
import { Command } from 'commander';

import { tellLogTrouble } from '../log-trouble.js';
import { ndjsonOutput } from '../ndjson-output.js';
import { readProfiles } from '../profile-folder.js';
import { budgetOption, collected, privacyOption } from '../shared-options.js';
import { isPipe, parseSource, sourcesFrom } from '../source-argument.js';
import { STACK_HELP } from '../stack-help.js';
import { stopSignal } from '../stop-signal.js';

interface UpOptions {
  profile?: string;
  source: string[];
  application: string;
  falseAlertsPerDay: number;
  privacy: 'strict' | 'balanced' | 'full';
}

export function upCommand(): Command {
  return new Command('up')
    .description(
      'Run every service in one process until Ctrl-C: in memory with --profile, or on the Kafka and Redis that the environment names.',
    )
    .option('--profile <DIR>', 'profiles for a run in memory; on Redis they come from plimsoll profiles push')
    .option(
      '--source <WORKLOAD=KIND:PATH>',
      'what to collect; may be given several times; PATH - is standard input',
      collected,
      [],
    )
    .option('--application <NAME>', 'the application that the sources belong to', 'default')
    .addOption(budgetOption())
    .addOption(privacyOption())
    .addHelpText('after', STACK_HELP)
    .action(run);
}

async function run(options: UpOptions): Promise<void> {
  if (process.env['KAFKA_BROKERS'] !== undefined) await onStack(options);
  else await inMemory(options);
}

async function inMemory(options: UpOptions): Promise<void> {
  if (options.profile === undefined || options.source.length === 0) {
    throw new PlimsollError(
      'bad-configuration',
      'in memory, give --profile DIR and --source WORKLOAD=KIND:PATH; or name a stack with KAFKA_BROKERS and REDIS_URL',
    );
  }
  const profiles = fixedProfiles(await readProfiles(options.profile));
  const sources = sourcesFrom(options.application, options.source.map(parseSource));
  await runDetection(
    replay(sources, { privacy: options.privacy, signal: stopSignal() }),
    applicationOperators(profiles, { falseAlertsPerDay: options.falseAlertsPerDay }),
    ndjsonOutput(process.stdout, false),
    sources.some(isPipe),
  );
}

async function onStack(options: UpOptions): Promise<void> {
  const signal = stopSignal();
  const { kafkaLog, redisStores } = await import('../stack.js');
  const log = kafkaLog('plimsoll-up');
  const stores = await redisStores();
  const profiles = storedProfiles(stores.profiles);
  const running: Running[] = [];
  try {
    await profiles.open();
    const start = async <Message, State>(operator: Operator<Message, State>): Promise<void> => {
      running.push(await runOperator(operator, { log, store: stores.states }));
      process.stderr.write(`${operator.name} reads ${operator.topic}\n`);
    };
    const budget = { falseAlertsPerDay: options.falseAlertsPerDay };
    await applicationOperators(profiles, budget, DEFAULT_FUSION.idleUs)(start);
    await start(profileWatchOperator);
    const handler = new ProfileReportProjection(stores.profiles, log);
    await log.consume({ topic: TOPICS.profiles.name, group: REPORT_GROUP, handler });
    tellLogTrouble(log, signal);
    const sources = sourcesFrom(options.application, options.source.map(parseSource));
    const [syscalls, logs] = await Promise.all(
      [TOPICS.syscalls, TOPICS.logs].map(async ({ name }) => (await log.places(name)).length),
    );
    const clock = new StreamClock(`up/${randomUUID()}`, { syscalls: syscalls!, logs: logs! });
    for await (const message of replay(sources, { privacy: options.privacy, signal })) {
      await log.publish([...clock.before([message]), ...clock.withSilence([message]).map(messageRecord)]);
    }
    await log.publish(clock.end());
    process.stderr.write(`up; subscribe to ${TOPICS.alerts.name} with plimsoll alerts --follow; Ctrl-C stops\n`);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else
        signal.addEventListener('abort', () => {
          resolve();
        });
    });
  } finally {
    await Promise.allSettled(running.map((one) => one.stop()));
    await Promise.allSettled([profiles.close(), log.close(), stores.close()]);
  }
}
