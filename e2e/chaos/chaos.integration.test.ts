import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { ROOT } from '../root.js';
import { hasProgram } from '../servers/index.js';
import { disturbedRun } from './disturbed-run.js';
import { killAtRandom } from './kills.js';
import { differences, isSame } from './report.js';
import { workloadOf } from './workload.js';

const programs = await Promise.all(['java', 'mvn', 'redis-server'].map((name) => hasProgram(name)));
const possible = programs.every(Boolean);
if (!possible) process.stderr.write('No java, mvn and redis-server here: the killed services are not tested.\n');

/** The short form of `npm run test:chaos`. */
const CALLS = 900_000;
const KILLS = 24;

if (possible) {
  describe('the five services on Kafka and Redis', () => {
    it(`give what one process in memory gives through ${KILLS} kills`, async () => {
      const workload = await workloadOf({ recordings: join(ROOT, 'recordings'), applications: 8, calls: CALLS });
      let kills = 0;
      const run = await disturbedRun({
        workload,
        brokers: 1,
        replicas: {
          collector: 1,
          'sequence-detector': 2,
          'frequency-detector': 1,
          'log-detector': 1,
          'alert-service': 3,
        },
        tell: () => undefined,
        disturb: async (stack, signal) => {
          const meanPauseMs = (workload.spanMs * 0.9) / KILLS;
          const killed = await killAtRandom(stack, signal, {
            count: KILLS,
            meanPauseMs,
            seed: 7,
            tell: () => undefined,
          });
          kills = Object.values(killed).reduce((sum, times) => sum + times, 0);
        },
      });
      expect(differences(run)).toBe('');
      expect(isSame(run)).toBe(true);
      expect(run.expected.incidents).toBeGreaterThan(10);
      expect(kills).toBeGreaterThan(KILLS / 2);
    }, 900_000);
  });
}
