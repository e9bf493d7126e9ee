import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { evaluateRecordings, summariseEpisode, type AttackSummary } from '@plimsoll/evaluation';
import { findRecordings } from '@plimsoll/local-run';
import { Command } from 'commander';
import pc from 'picocolors';

import { budgetOption, portOption } from '../shared-options.js';
import { stopSignal } from '../stop-signal.js';
import { finalFindings, incidentReport } from '../terminal/incident-report.js';
import { Progress } from '../terminal/progress.js';
import { table, type Column } from '../terminal/table.js';

/** From `dist/commands/` to the repository's bundled recordings. */
const BUNDLED = fileURLToPath(new URL('../../../../recordings', import.meta.url));

export function demoCommand(): Command {
  return new Command('demo')
    .description(
      'Learn from the bundled recordings of real applications, replay real attacks on them, show the incidents.',
    )
    .option('--console', 'show them in a browser instead, replayed as if they happened now, until Ctrl-C')
    .addOption(portOption())
    .addOption(budgetOption())
    .action(run);
}

async function run(options: { falseAlertsPerDay: number; console?: true; port: number }): Promise<void> {
  const recordings = await findRecordings(BUNDLED);
  if (options.console === true) {
    const { consoleDemo } = await import('../console/console-demo.js');
    await consoleDemo(recordings, { falseAlertsPerDay: options.falseAlertsPerDay }, options.port);
    return;
  }
  const progress = new Progress('demo');
  process.stdout.write(
    `Learning what is normal from benign episodes, then replaying attacks. Everything runs in this process.\n\n`,
  );
  const evaluation = await evaluateRecordings(recordings, {
    budget: { falseAlertsPerDay: options.falseAlertsPerDay },
    signal: stopSignal(),
    onProgress: (phase, share, note) => {
      progress.update(share, `${phase} ${note}`);
    },
  }).finally(() => {
    progress.clear();
  });
  const messages = evaluation.outcomes.reduce((sum, outcome) => sum + outcome.messages, 0);
  progress.done(
    `${evaluation.profiles.length} profiles learned, ${evaluation.outcomes.length} episodes replayed, ${messages} messages`,
  );
  const summaries = evaluation.outcomes.map((outcome) => ({ outcome, summary: summariseEpisode(outcome) }));
  process.stdout.write(`\n${attackTable(summaries.flatMap(({ summary }) => summary.attacks))}\n\n`);
  const benign = summaries.filter(({ outcome }) => outcome.actions.length === 0);
  const attacked = summaries.filter(({ outcome }) => outcome.actions.length > 0);
  const falseAlerts = (of: typeof summaries): number => of.reduce((sum, { summary }) => sum + summary.falseAlerts, 0);
  process.stdout.write(
    `False alerts: ${falseAlerts(benign)} in ${benign.length} benign test episodes, ${falseAlerts(attacked)} among the benign traffic of ${attacked.length} attack episodes.\n`,
  );
  const shown = attacked.find(({ summary }) => summary.attacks.some(({ detected }) => detected > 0));
  if (shown) {
    process.stdout.write(`\n${pc.bold(`The incidents of ${shown.outcome.episode}, as subscribers get them:`)}\n\n`);
    process.stdout.write(`${incidentReport(finalFindings(shown.outcome.alerts))}\n`);
  }
  process.stdout.write(NEXT);
}

function attackTable(attacks: readonly AttackSummary[]): string {
  const columns: Column[] = [
    { title: 'episode' },
    { title: 'attack' },
    { title: 'detected', align: 'right' },
    { title: 'recognised as' },
    { title: 'first level' },
    { title: 'delay', align: 'right' },
  ];
  const rows = attacks.map((attack) => [
    `${attack.application}/${attack.episode}`,
    `${attack.path}/${attack.kind}`,
    `${attack.detected}/${attack.actions}`,
    attack.recognisedAs.join(', ') || '-',
    attack.firstLevel ?? '-',
    attack.delayMs === undefined ? '-' : `${attack.delayMs.toFixed(1)} ms`,
  ]);
  return table(columns, rows);
}

const NEXT = `
Next:
  plimsoll demo --console                         the same in a browser, as it happens
  plimsoll evaluate recordings --out report       the same as tables with intervals, by level and by kind
  plimsoll learn --help                           learn your own workload from a strace, an access log, an audit log
  docker compose up                               the same as services on Kafka and Redis
`;
