import process from 'node:process';
import { randomUUID } from 'node:crypto';

import { ACTIVITIES, Alert, ALERT_TYPES, decodeJson, isWatchRecord, TOPICS, WatchEvent } from '@plimsoll/contracts';
import type { LogRecord, PartitionHandler } from '@plimsoll/streaming';
import { Command, Option } from 'commander';

import { tellLogTrouble } from '../log-trouble.js';
import { STACK_HELP } from '../stack-help.js';
import { stopSignal } from '../stop-signal.js';
import { ChangeTeller, describeIncident, plain } from '../terminal/incident-report.js';
import { untilQuiet, untilReady, untilStopped } from '../topic-reading.js';

interface AlertsOptions {
  follow?: true;
  final?: true;
  output: 'table' | 'ndjson';
}

export function alertsCommand(): Command {
  return new Command('alerts')
    .description('Read the alerts topic: every change of every incident, from the oldest that Kafka keeps.')
    .option('--follow', 'keep running and print new alerts')
    .option('--final', 'only the last state of each incident that is part of no other; with --follow, when it is over')
    .addOption(
      new Option('--output <FORM>', 'text for people, or one JSON object a line')
        .choices(['table', 'ndjson'])
        .default('table'),
    )
    .addHelpText('after', STACK_HELP)
    .action(run);
}

async function run({ follow, final, output }: AlertsOptions): Promise<void> {
  const { kafkaLog } = await import('../stack.js');
  const log = kafkaLog('plimsoll-alerts');
  const signal = stopSignal();
  const heard = { lastMs: performance.now() };
  const last = new Map<string, LogRecord>();
  const changes = new ChangeTeller();
  const handler: PartitionHandler = {
    assigned: () => Promise.resolve(undefined),
    batch(_partition, records) {
      heard.lastMs = performance.now();
      for (const record of records) {
        if (final !== true) print(record, output, changes);
        else if (follow === true) printIfOver(record, output);
        else last.set(record.key ?? '', record);
      }
      return Promise.resolve();
    },
    revoked: () => Promise.resolve(),
  };
  try {
    // A group of its own each time: the reader shares nothing with other readers and leaves no offsets behind.
    const consumption = await log.consume({
      topic: TOPICS.alerts.name,
      group: `plimsoll-alerts-${randomUUID()}`,
      handler,
    });
    await untilReady(log, signal, (reason) => process.stderr.write(`${waitsFor(reason)}; trying again\n`));
    // Nothing was read: leaving a group that was never joined may wait for brokers that are away.
    if (signal.aborted) process.exit(130);
    heard.lastMs = performance.now();
    if (follow === true) tellLogTrouble(log, signal);
    await (follow === true ? untilStopped(signal) : untilQuiet(log, () => heard.lastMs, signal));
    await consumption.stop();
    for (const record of last.values()) if (!isMerged(record)) print(record, output);
  } finally {
    await log.close();
  }
}

function waitsFor(reason: string): string {
  const away = reason.includes('no connection');
  return away ? `no broker answers at ${process.env['KAFKA_BROKERS'] ?? 'the addresses given'}` : `waiting: ${reason}`;
}

/** Whoever may write to the topic may write anything: what is no alert is told and passed over. */
function print(record: LogRecord, output: AlertsOptions['output'], changes?: ChangeTeller): void {
  try {
    const text = output === 'ndjson' ? asLine(record) : asText(record, changes);
    if (text !== '') process.stdout.write(`${text}\n`);
  } catch {
    process.stderr.write(`partition ${record.partition}, offset ${record.offset}: not an alert, skipped\n`);
  }
}

function printIfOver(record: LogRecord, output: AlertsOptions['output']): void {
  if (record.headers['ce_type'] === ALERT_TYPES.close && !isMerged(record)) print(record, output);
}

/** Merged incidents go on under another name: they are not over. What is no alert is none, and told as what it is. */
function isMerged(record: LogRecord): boolean {
  try {
    return decodeJson(Alert, record.value, 'an alert').unmapped.merged_into !== undefined;
  } catch {
    return false;
  }
}

function asLine({ key, headers, value }: LogRecord): string {
  return JSON.stringify({
    type: isWatchRecord({ headers }) ? 'watch' : 'alert',
    key,
    headers,
    finding: JSON.parse(Buffer.from(value).toString('utf8')) as unknown,
  });
}

/** All of the incident; with `changes`, an update that is no decision in short, by what it adds, and nothing of what was told. */
function asText(record: LogRecord, changes?: ChangeTeller): string {
  if (isWatchRecord(record)) return `${plain(decodeJson(WatchEvent, record.value, 'a watch event').message)}\n`;
  const alert = decodeJson(Alert, record.value, 'an alert');
  const change = changes?.words(alert);
  if (change === '') return '';
  const isShort = alert.activity_id === ACTIVITIES.update && alert.unmapped.decision === undefined;
  if (change !== undefined && isShort) return `${change}\n`;
  return `${alert.activity_name}: ${describeIncident(alert)}\n`;
}
