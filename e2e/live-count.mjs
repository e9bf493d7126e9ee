/**
 * Requests and statements that clients count, against those that an attached collector rebuilds: a real MariaDB (a thread
 * a connection, and a pool of threads) and a real Apache (processes with PHP, and threads), each under load and attached
 * to while it runs, through the collector's own process and Kafka's topic `logs`. Prints a table in Markdown; exit code 1
 * where anything is missing that was not announced as lost. Run after `npm run build`; needs strace and the right to
 * trace, mariadb-server, apache2 with PHP, and what the integration tests need for Kafka:
 *
 *   node e2e/live-count.mjs [--clients 8] [--rounds 250] [--only threads|pool|pages|files]
 */
import { parseArgs } from 'node:util';

import { countFiles, countPages, countStatements } from './dist/live/live-count.js';
import { startLocalKafka } from './dist/servers/index.js';

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '250' },
    only: { type: 'string' },
  },
});

const kafka = await startLocalKafka();
const options = { brokers: kafka.brokers, clients: Number(values.clients), rounds: Number(values.rounds) };
const runs = {
  threads: () => countStatements('threads', options),
  pool: () => countStatements('pool', options),
  pages: () => countPages(options),
  files: () => countFiles(options),
};

let failed = false;
try {
  console.log('| of | sent | a second | rebuilt | missing | invented | with answer | announced lost |');
  console.log('|---|---:|---:|---:|---:|---:|---:|---:|');
  for (const [name, run] of Object.entries(runs)) {
    if (values.only !== undefined && values.only !== name) continue;
    for (const count of await run()) {
      const { of, sent, perSecond, rebuilt, missing, invented, answered, lost } = count;
      console.log(
        `| ${of} | ${sent} | ${perSecond.toFixed(0)} | ${rebuilt} | ${missing} | ${invented} | ${answered} | ${lost} |`,
      );
      failed ||= invented > 0 || missing > lost;
    }
  }
} finally {
  await kafka.close();
}
process.exitCode = failed ? 1 : 0;
