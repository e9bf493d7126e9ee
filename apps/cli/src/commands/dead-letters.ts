import process from 'node:process';
import { randomUUID } from 'node:crypto';

import { DeadLetter, decodeJson, PlimsollError, printable, TOPICS } from '@plimsoll/contracts';
import { PickedRecords, type EventLog, type PartitionHandler } from '@plimsoll/streaming';
import { Command, Option } from 'commander';

import { STACK_HELP } from '../stack-help.js';
import { stopSignal } from '../stop-signal.js';
import { table } from '../terminal/table.js';
import { untilQuiet, untilReady } from '../topic-reading.js';

/** What may be sent again: what collectors and detectors publish. Alerts are states, which their writers tell anew. */
const RESENT = [TOPICS.syscalls.name, TOPICS.logs.name, TOPICS.verdicts.name];
/** Records published at once. */
const AT_ONCE = 200;

interface Choice {
  topic?: string;
  reason?: string;
  by?: string;
}

/** Records that could not be used: which there are, and sending them again when the cause is gone. */
export function deadLettersCommand(): Command {
  const command = new Command('dead-letters')
    .description('Records that could not be used: list them, and send them again when the cause is gone.')
    .addHelpText('after', STACK_HELP);
  chosen(command.command('list').description('how many there are, by topic, reason and who refused them'))
    .option('--json', 'each letter as one JSON object a line')
    .action(list);
  chosen(
    command
      .command('resend')
      .description(
        'publish the refused records once more, as they stand on their topic; what was used after all is recognised by ' +
          'its identity and counts once',
      ),
  ).action(resend);
  return command;
}

function chosen(command: Command): Command {
  return command
    .addOption(new Option('--topic <TOPIC>', 'those of one topic').choices(RESENT))
    .option('--reason <REASON>', 'those refused for one reason, such as unknown-version')
    .option('--by <READER>', 'those that one reader refused');
}

async function list({ json, ...choice }: Choice & { json?: true }): Promise<void> {
  const letters = await withLog((log, signal) => readLetters(log, choice, signal));
  if (json === true) {
    for (const letter of letters) process.stdout.write(`${JSON.stringify(letter)}\n`);
    return;
  }
  if (letters.length === 0) {
    process.stdout.write('No dead letter.\n');
    return;
  }
  const counts = new Map<string, { readonly letter: DeadLetter; count: number }>();
  for (const letter of letters) {
    const kind = JSON.stringify([letter.origin.topic, letter.reason, letter.by]);
    const known = counts.get(kind) ?? { letter, count: 0 };
    known.count += 1;
    counts.set(kind, known);
  }
  const rows = [...counts.values()]
    .sort((a, b) => b.count - a.count)
    .map(({ letter: { origin, reason, by, detail }, count }) =>
      [origin.topic, reason, by, String(count), detail].map(printable),
    );
  const columns = [{ title: 'topic' }, { title: 'reason' }, { title: 'refused by' }];
  process.stdout.write(
    `${table([...columns, { title: 'records', align: 'right' as const }, { title: 'the first' }], rows)}\n`,
  );
}

async function resend(choice: Choice): Promise<void> {
  if (choice.topic === undefined && choice.reason === undefined && choice.by === undefined)
    throw new PlimsollError('bad-configuration', 'say which: --reason, --topic or --by (dead-letters list shows them)');
  await withLog(async (log, signal) => {
    const letters = await readLetters(log, choice, signal);
    let [sent, gone] = [0, 0];
    for (const topic of RESENT) {
      const places = letters.filter(({ origin }) => origin.topic === topic).map(({ origin }) => origin);
      if (places.length === 0) continue;
      const picked = await pick(log, topic, places, signal);
      gone += picked.gone + picked.left;
      for (let from = 0; from < picked.found.length && !signal.aborted; from += AT_ONCE) {
        // Every record of ours has a key; what has none was written by somebody else, and is refused again.
        const records = picked.found.slice(from, from + AT_ONCE).map(({ key, ...record }) => ({
          ...{ topic: record.topic, key: key ?? '', value: record.value, headers: record.headers },
        }));
        await log.publish(records);
        sent += records.length;
      }
    }
    process.stdout.write(`${sent} sent again${gone === 0 ? '' : `, ${gone} no longer held by their topic`}\n`);
  });
}

/** Letters that `choice` names, the oldest first. */
async function readLetters(log: EventLog, choice: Choice, signal: AbortSignal): Promise<readonly DeadLetter[]> {
  const letters: DeadLetter[] = [];
  let heardMs = performance.now();
  const handler: PartitionHandler = {
    assigned: () => Promise.resolve(undefined),
    batch(_partition, records) {
      heardMs = performance.now();
      for (const { value } of records) {
        const letter = letterIn(value);
        if (letter !== undefined && isChosen(letter, choice)) letters.push(letter);
      }
      return Promise.resolve();
    },
    revoked: () => Promise.resolve(),
  };
  const consumption = await log.consume({ topic: TOPICS.deadLetters.name, group: ownGroup(), handler });
  await untilReady(log, signal);
  heardMs = performance.now();
  await untilQuiet(log, () => heardMs, signal);
  await consumption.stop();
  return letters;
}

async function pick(
  log: EventLog,
  topic: string,
  places: readonly DeadLetter['origin'][],
  signal: AbortSignal,
): Promise<PickedRecords> {
  const picked = new PickedRecords(places);
  const consumption = await log.consume({ topic, group: ownGroup(), handler: picked });
  await untilReady(log, signal);
  // What was dropped from an emptied partition is told by nothing: then it stays quiet.
  let [left, heardMs] = [picked.left, performance.now()];
  await untilQuiet(
    log,
    () => {
      if (picked.left !== left) [left, heardMs] = [picked.left, performance.now()];
      return left === 0 ? -Infinity : heardMs;
    },
    signal,
  );
  await consumption.stop();
  return picked;
}

function isChosen({ origin, reason, by }: DeadLetter, choice: Choice): boolean {
  return [
    [origin.topic, choice.topic],
    [reason, choice.reason],
    [by, choice.by],
  ].every(([is, wanted]) => wanted === undefined || is === wanted);
}

/** Whoever may write to the topic may write anything. */
function letterIn(value: Uint8Array): DeadLetter | undefined {
  try {
    return decodeJson(DeadLetter, value, 'a dead letter');
  } catch {
    return undefined;
  }
}

async function withLog<T>(use: (log: EventLog, signal: AbortSignal) => Promise<T>): Promise<T> {
  const { kafkaLog } = await import('../stack.js');
  const log = kafkaLog('plimsoll-dead-letters');
  try {
    return await use(log, stopSignal());
  } finally {
    await log.close();
  }
}

/** The command shares nothing with other readers. */
function ownGroup(): string {
  return `plimsoll-dead-letters-${randomUUID()}`;
}
