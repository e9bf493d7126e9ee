import type { LogGap, WebRequest } from '@plimsoll/contracts';
import { describe, expect, it } from 'vitest';

import { processLearner } from '../process/index.js';
import { webLearner } from '../web/index.js';
import { visit } from '../web/web.fixture.js';

const OF = { application: 'shop', workload: 'web' };
const requests = (count: number): (WebRequest | LogGap)[] =>
  Array.from({ length: count }, (_, i) => visit(i * 9_000, 'ada', []))
    .flat()
    .slice(0, count);

describe('a learner of events', () => {
  it('says how many events it read, how many it needs and what to give it', () => {
    const learner = webLearner(OF);
    for (const request of requests(21)) learner.learn(request);
    for (const request of requests(9)) learner.calibrate(request);
    expect(() => learner.finish()).toThrow(
      'web: not enough web requests: 30 read, 21 to learn from (at least 20) and 9 to calibrate with (at least 10); give a longer log',
    );
  });

  it('has not converged on nothing', () => {
    expect(processLearner(OF).progress()).toMatchObject({ events: 0, novelty: 1, converged: false, gaps: 0 });
  });
});
