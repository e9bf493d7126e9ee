import process from 'node:process';

import { PlimsollError, TOPIC_ACCESS, TOPICS } from '@plimsoll/contracts';
import type { TopicOutcome } from '@plimsoll/kafka-log';
import { Command } from 'commander';

import { STACK_HELP } from '../stack-help.js';
import { table } from '../terminal/table.js';

export function topicsCommand(): Command {
  const command = new Command('topics').description("Create Kafka's topics.").addHelpText('after', STACK_HELP);
  command
    .command('apply')
    .description('create what is missing; what exists and differs is reported, and changed only with --change')
    .option('--change', 'bring topics that exist to their stated partitions, retention, compaction and compression')
    .action((options: { change?: true }) => apply(options.change === true));
  command
    .command('grant')
    .description(
      'let the Kafka users named as the services read and write what each needs (a Kafka with an authorizer)',
    )
    .action(grant);
  command.command('show').description('the topics as the stack defines them').action(show);
  return command;
}

async function apply(allowChanges: boolean): Promise<void> {
  const { applyStackTopics } = await import('../stack.js');
  const outcomes = await applyStackTopics(allowChanges);
  process.stdout.write(
    `${table([{ title: 'topic' }, { title: 'outcome' }, { title: 'differences' }], outcomes.map(row))}\n`,
  );
  if (outcomes.some(({ outcome }) => outcome === 'differs')) {
    throw new PlimsollError(
      'bad-configuration',
      'some topics are not as defined; plimsoll topics apply --change brings them there',
    );
  }
}

async function grant(): Promise<void> {
  const { grantStackAccess } = await import('../stack.js');
  await grantStackAccess();
  const columns = ['user', 'reads', 'writes', 'groups'].map((title) => ({ title }));
  const rows = TOPIC_ACCESS.map(({ service, reads, writes, groups }) => [
    service,
    reads.join(', '),
    writes.join(', '),
    groups.map((group) => `${group}*`).join(', '),
  ]);
  process.stdout.write(`${table(columns, rows)}\n`);
}

function row({ topic, outcome, differences }: TopicOutcome): string[] {
  return [
    topic,
    outcome,
    differences.map(({ setting, wanted, found }) => `${setting} is ${found}, wanted ${wanted}`).join('; '),
  ];
}

function show(): void {
  const columns = ['topic', 'partitions', 'retention', 'compacted', 'key'].map((title) => ({ title }));
  const rows = Object.values(TOPICS).map(({ name, partitions, retentionMs, compacted, key }) => [
    name,
    String(partitions),
    retentionMs < 0 ? 'for ever' : `${retentionMs / 3_600_000} h`,
    compacted ? 'yes' : 'no',
    key,
  ]);
  process.stdout.write(`${table(columns, rows)}\n`);
}
