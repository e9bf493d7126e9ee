import { join } from 'node:path';

import { evaluateRecordings, summariseEpisode } from '@plimsoll/evaluation';
import { findRecordings } from '@plimsoll/local-run';
import { expect, it } from 'vitest';

import { ROOT } from './root.js';

it('finds and names files and addresses that a parameter reached, and guessed credentials, without a false alert', async () => {
  const recordings = await findRecordings(join(ROOT, 'recordings/board-reach'));
  const { outcomes } = await evaluateRecordings(recordings, { budget: { falseAlertsPerDay: 1 } });
  const summaries = outcomes.map(summariseEpisode);
  const kinds = new Map(summaries.flatMap(({ attacks }) => attacks.map((one) => [`${one.path}/${one.kind}`, one])));
  const share = (attack: string): number => kinds.get(attack)!.detected / kinds.get(attack)!.actions;
  expect(share('path-traversal/read')).toBeGreaterThan(0.95);
  expect(share('ssrf/fetch')).toBeGreaterThan(0.85);
  // The first tries might be anybody's: they are named once the run is told.
  expect(share('credential-guessing/login')).toBeGreaterThan(0.9);
  expect(kinds.get('credential-guessing/login')!.recognisedAs).toContain('credential-guessing');
  expect(kinds.get('path-traversal/read')!.recognisedAs).toContain('path-traversal');
  expect(kinds.get('ssrf/fetch')!.recognisedAs).toContain('ssrf');
  expect(summaries.map(({ falseAlerts }) => falseAlerts)).toEqual(summaries.map(() => 0));
}, 300_000);
