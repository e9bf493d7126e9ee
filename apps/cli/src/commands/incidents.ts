import process from 'node:process';

import { Alert, printable } from '@plimsoll/contracts';
import { Command, Option } from 'commander';
import { z } from 'zod';

import { alertService, ask, DEFAULT_ADDRESS } from '../alert-service.js';
import { describeIncident } from '../terminal/incident-report.js';
import { table } from '../terminal/table.js';

const STATUSES = ['new', 'in-progress', 'resolved', 'benign'] as const;

const Line = z.looseObject({
  id: z.string(),
  title: z.string(),
  severity: z.number(),
  status: z.string(),
  state: z.string(),
  last_seen: z.string(),
  assignee: z.string().optional(),
});
const List = z.object({ incidents: z.array(Line), next: z.string().optional() });
const Decisions = z.array(z.object({ status: z.string(), by: z.string(), at: z.string(), note: z.string() }));
const Detail = Line.extend({ alert: Alert, evidence: Alert.shape.evidences, decisions: Decisions });

interface Asking {
  api?: string;
  json?: true;
}

interface Listing extends Asking {
  status?: string;
  application?: string;
  text?: string;
  limit: string;
}

/** Incidents for those without a browser: what the alert service knows, and deciding about it. */
export function incidentsCommand(): Command {
  const command = new Command('incidents').description(
    'List, show and close incidents by the HTTP interface of an alert service.',
  );
  command.addHelpText(
    'after',
    `
PLIMSOLL_API_TOKEN holds an access token. Listing takes a viewer's, closing an analyst's.

Examples:
  plimsoll incidents list --status new
  plimsoll incidents show 5f0c…
  plimsoll incidents close 5f0c… --as benign --note 'our own scanner'`,
  );
  asking(command.command('list').description('Incidents, last seen first.'))
    .addOption(new Option('--status <STATUS>', 'only those with this status').choices(STATUSES))
    .option('--application <NAME>', 'only those of this application')
    .option('--text <TEXT>', 'only those with this text in their title, principal, address, page, finding or evidence')
    .option('--limit <N>', 'how many, up to 500', '50')
    .action(list);
  asking(command.command('show').description('One incident with its evidence and what people decided.'))
    .argument('<id>', 'as list prints it')
    .action(show);
  asking(
    command
      .command('close')
      .description('Close an incident as resolved or benign; what is benign is learned next time.'),
  )
    .argument('<id>', 'as list prints it')
    .addOption(new Option('--as <STATUS>', 'what it is').choices(['resolved', 'benign']).default('resolved'))
    .option('--note <TEXT>', 'why, for the audit trail', '')
    .action(close);
  return command;
}

function asking(command: Command): Command {
  return command
    .option('--api <URL>', `the alert service's address (PLIMSOLL_API, else ${DEFAULT_ADDRESS})`)
    .option('--json', 'print the answer as JSON');
}

async function list({ api, json, limit, ...filter }: Listing): Promise<void> {
  const query = new URLSearchParams({ ...filter, limit });
  const answer = await ask(alertService(api), `incidents?${query.toString()}`, List);
  if (json === true) {
    print(answer);
    return;
  }
  if (answer.incidents.length === 0) {
    say('No incident.');
    return;
  }
  const columns = [{ title: 'id' }, { title: 'severity', align: 'right' as const }, { title: 'status' }];
  const rows = answer.incidents.map(({ id, severity, status, assignee, last_seen, title }) => [
    ...[id, String(severity), status],
    ...[assignee ?? '', last_seen, title],
  ]);
  say(table([...columns, { title: 'assignee' }, { title: 'last seen' }, { title: 'incident' }], rows));
  if (answer.next !== undefined) say(`\nThere are more: raise --limit or narrow --text.`);
}

async function show(id: string, { api, json }: Asking): Promise<void> {
  const answer = await ask(alertService(api), `incidents/${encodeURIComponent(id)}`, Detail);
  if (json === true) {
    print(answer);
    return;
  }
  say(describeIncident({ ...answer.alert, evidences: answer.evidence }));
  for (const { at, by, status, note } of answer.decisions) say(printable(`  ${at} ${by}: ${status} ${note}`));
}

async function close(id: string, { api, json, as, note }: Asking & { as: string; note: string }): Promise<void> {
  const path = `incidents/${encodeURIComponent(id)}/status`;
  const answer = await ask(alertService(api), path, Detail, { status: as, note });
  if (json === true) print(answer);
  else say(printable(`${answer.id} is ${answer.status}`));
}

function print(answer: object): void {
  say(JSON.stringify(answer));
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
