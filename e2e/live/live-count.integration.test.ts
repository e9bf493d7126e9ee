import { describe, expect, inject, it } from 'vitest';

import { hasProgram } from '../servers/index.js';
import { countFiles, countPages, countStatements, type LiveCount } from './live-count.js';

const brokers = inject('kafkaBrokers') ?? '';
const PROGRAMS = ['strace', 'mariadbd', 'apache2', 'php'];
const present = (await Promise.all(PROGRAMS.map((program) => hasProgram(program)))).every(Boolean);
if (!present && process.env['CI'] === 'true') throw new Error(`the live tests need ${PROGRAMS.join(', ')}`);

const options = { brokers, clients: 4, rounds: 15 };

function expectAll(counts: readonly LiveCount[]): void {
  for (const { of, sent, rebuilt, missing, invented, answered, lost } of counts) {
    expect({ of, rebuilt, missing, invented, answered, lost }).toEqual({
      of,
      rebuilt: sent,
      missing: 0,
      invented: 0,
      answered: sent,
      lost: 0,
    });
  }
}

/** The full size is `node e2e/live-count.mjs`. */
describe.skipIf(brokers === '' || !present)('what an attached collector rebuilds, against what clients count', () => {
  it('is each statement of MariaDB, where any thread of a pool serves any connection', async () => {
    expectAll(await countStatements('pool', options));
  });

  it('is each request of Apache with PHP, its statements with it, and each statement of the database behind', async () => {
    expectAll(await countPages(options));
  });

  it('is each request of Apache’s threads, on connections that were there before', async () => {
    expectAll(await countFiles(options));
  });
});
