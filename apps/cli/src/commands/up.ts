import { randomUUID } from 'node:crypto';
import process from 'node:process';

import { PlimsollError, TOPICS, type Progress, type Watching } from '@plimsoll/contracts';
import { DEFAULT_FUSION } from '@plimsoll/detection';
import { asTheyCome, EMBEDDED_PARTITIONS, replay, runDetection } from '@plimsoll/local-run';
import {
  applicationOperators,
  fixedProfiles,
  messageRecord,
  ProfileReportProjection,
  profileWatchOperator,
  REPORT_GROUP,
  storedProfiles,
  StreamClock,
  type CollectorMessage,
} from '@plimsoll/pipelines';
import { runOperator, systemClock, type EventLog, type Operator, type Running } from '@plimsoll/streaming';
import { Command } from 'commander';

import type { ConsoleParts, OpenConsole } from '../console/open-console.js';
import { severalLive, withWorkload, type LiveArgument } from '../live-argument.js';
import { tracedTogether } from '../live-traces.js';
import { tellLogTrouble } from '../log-trouble.js';
import { ndjsonOutput } from '../ndjson-output.js';
import { readProfiles } from '../profile-folder.js';
import { budgetOption, collected, portOption, privacyOption } from '../shared-options.js';
import { isPipe, parseSource, sourcesFrom } from '../source-argument.js';
import { STACK_HELP } from '../stack-help.js';
import { stopSignal, untilAborted } from '../stop-signal.js';

/** How often detectors are told what is traced, as the collector tells them; and how far behind a trace may be. */
const TELLING_MS = 10_000;
const BEHIND_MS = 15_000;

interface UpOptions {
  profile?: string;
  source: string[];
  live: LiveArgument[];
  application: string;
  falseAlertsPerDay: number;
  privacy: 'strict' | 'balanced' | 'full';
  console?: true;
  port: number;
}

export function upCommand(): Command {
  return new Command('up')
    .description(
      'Run every service in one process until Ctrl-C: in memory with --profile, or on the Kafka and Redis named in the environment.',
    )
    .option('--profile <DIR>', 'profiles for a run in memory; with Redis, use plimsoll profiles push')
    .option(
      '--source <WORKLOAD=KIND:PATH>',
      'what to collect; may be given several times; PATH - is standard input',
      collected,
      [],
    )
    .option(
      '--live <WORKLOAD=PID|CONTAINER>',
      'trace a running process and its children, or a container by id or name, with strace; may be given several times',
      severalLive,
      [],
    )
    .option('--application <NAME>', 'the application that the sources belong to', 'default')
    .option('--console', 'serve the console on this machine, until Ctrl-C')
    .addOption(portOption())
    .addOption(budgetOption())
    .addOption(privacyOption())
    .addHelpText('after', STACK_HELP)
    .action(run);
}

async function run(options: UpOptions): Promise<void> {
  if (process.env['KAFKA_BROKERS'] === undefined) return inMemory(options);
  if (options.profile !== undefined) {
    throw new PlimsollError(
      'bad-configuration',
      'with KAFKA_BROKERS set, up runs on that stack, which takes its profiles from Redis: give plimsoll profiles push DIR, then plimsoll up without --profile',
    );
  }
  return onStack(options);
}

async function inMemory(options: UpOptions): Promise<void> {
  if (options.profile === undefined || (options.source.length === 0 && options.live.length === 0)) {
    throw new PlimsollError(
      'bad-configuration',
      'in memory, give --profile DIR and --source WORKLOAD=KIND:PATH or --live WORKLOAD=PID; or name a stack with KAFKA_BROKERS and REDIS_URL',
    );
  }
  const profiles = await readProfiles(options.profile);
  const budget = { falseAlertsPerDay: options.falseAlertsPerDay };
  const signal = stopSignal();
  const messages = messagesOf(options, signal);
  if (options.console === true) {
    const { consoleInMemory } = await import('../console/console-in-memory.js');
    const feed = (log: EventLog): Promise<void> => publishAll(messages, log, EMBEDDED_PARTITIONS);
    await consoleInMemory({ profiles, budget, port: options.port, feed, signal });
    return;
  }
  await runDetection(
    messages,
    applicationOperators(fixedProfiles(profiles), budget),
    ndjsonOutput(process.stdout, false),
    options.live.length > 0 || options.source.map(parseSource).some(isPipe),
  );
}

/** What the sources hold, one with the other in event time; beside it what is traced, as it comes. */
function messagesOf(
  { application, source, live, privacy }: UpOptions,
  signal: AbortSignal,
  watched = new Map<string, Watching[number]>(),
): AsyncIterable<CollectorMessage> {
  const sources = sourcesFrom(application, source.map(parseSource));
  const named = live.map(withWorkload);
  if (named.length === 0) return replay(sources, { privacy, signal });
  const words = { prompt: true, onInterrupt: 'Ctrl-C ends it' };
  const traced = tracedTogether(application, named, { privacy, signal, watched, ...words });
  return sources.length === 0 ? traced : asTheyCome([traced, replay(sources, { privacy, signal })]);
}

async function onStack(options: UpOptions): Promise<void> {
  const signal = stopSignal();
  const { kafkaLog, redisStores } = await import('../stack.js');
  const log = kafkaLog('plimsoll-up');
  const stores = await redisStores();
  const profiles = storedProfiles(stores.profiles);
  const running: Pick<Running, 'stop'>[] = [];
  try {
    await profiles.open();
    const budget = { falseAlertsPerDay: options.falseAlertsPerDay };
    const parts = { ...stores, log, budget };
    const console = options.console === true ? await opened(parts, options.port) : undefined;
    const start = async <Message, State>(operator: Operator<Message, State>): Promise<void> => {
      const observing = console === undefined ? {} : { observer: console.observer };
      running.push(await runOperator(operator, { log, store: stores.states, ...observing }));
      process.stderr.write(`${operator.name} reads ${operator.topic}\n`);
    };
    await applicationOperators(profiles, budget, DEFAULT_FUSION.idleUs)(start);
    if (console === undefined) {
      await start(profileWatchOperator);
      const handler = new ProfileReportProjection(stores.profiles, log);
      await log.consume({ topic: TOPICS.profiles.name, group: REPORT_GROUP, handler });
    } else {
      running.push({ stop: () => console.close() });
    }
    tellLogTrouble(log, signal);
    const [syscalls, logs] = await Promise.all(
      [TOPICS.syscalls, TOPICS.logs].map(async ({ name }) => (await log.positions(name)).length),
    );
    process.stderr.write(`up; subscribe to ${TOPICS.alerts.name} with plimsoll alerts --follow; Ctrl-C stops\n`);
    const watched = new Map<string, Watching[number]>();
    const messages = messagesOf(options, signal, watched);
    const { application } = options;
    await publishAll(messages, log, { syscalls: syscalls!, logs: logs! }, { application, watched });
    await untilAborted(signal);
  } finally {
    await Promise.allSettled(running.map((one) => one.stop()));
    await Promise.allSettled([profiles.close(), log.close(), stores.close()]);
  }
}

async function opened(parts: ConsoleParts, port: number): Promise<OpenConsole> {
  const { openConsole } = await import('../console/open-console.js');
  const console = await openConsole(parts, port);
  process.stdout.write(`The console: ${console.url}\n`);
  return console;
}

/**
 * Publishes messages with what says how far they have come, and at the end that nothing more comes; meanwhile what is
 * under watch, so that a program that ended is missed and one that is idle is not.
 */
async function publishAll(
  messages: AsyncIterable<CollectorMessage>,
  log: EventLog,
  partitions: Progress['partitions'],
  traced?: { readonly application: string; readonly watched: ReadonlyMap<string, Watching[number]> },
): Promise<void> {
  const clock = new StreamClock(`up/${randomUUID()}`, partitions);
  const telling = setInterval(() => {
    if (traced === undefined || traced.watched.size === 0) return;
    const timeUs = (systemClock.nowMs() - BEHIND_MS) * 1_000;
    // Where the log is away, the next turn tells it.
    log.publish(clock.watched(traced.application, timeUs, [...traced.watched.values()])).catch(() => undefined);
  }, TELLING_MS);
  try {
    for await (const message of messages) {
      await log.publish([...clock.before([message]), ...clock.withSilence([message]).map(messageRecord)]);
    }
  } finally {
    clearInterval(telling);
  }
  await log.publish(clock.end());
}
