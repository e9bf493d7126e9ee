import { fileURLToPath } from 'node:url';

import { evaluateRecordings } from '@plimsoll/evaluation';
import { findRecordings } from '@plimsoll/local-run';
import { checkedAlert } from '@plimsoll/pipelines/testing/alert-checks';
import { expect, it } from 'vitest';

const RECORDINGS = fileURLToPath(new URL('../../recordings', import.meta.url));

it('OCSF 1.8.0, CloudEvents and our schema accept every message of a replay of every recording', async () => {
  const { outcomes, applications } = await evaluateRecordings(await findRecordings(RECORDINGS), {
    budget: { falseAlertsPerDay: 1 },
  });
  const alerts = outcomes.flatMap((outcome) => outcome.alerts.map(checkedAlert));
  expect(applications).toEqual(['board', 'board-reach', 'cluster', 'employee', 'shop']);
  expect(new Set(alerts.map(({ unmapped }) => unmapped.application))).toEqual(new Set(applications));
  expect(new Set(alerts.map(({ activity_name }) => activity_name))).toEqual(new Set(['Create', 'Update', 'Close']));
  expect(alerts.length).toBeGreaterThan(200);
  // What fired leads back to the request, the connection and the account that it speaks of.
  const joins = alerts.flatMap(({ evidences }) => evidences.map(({ data }) => data.joins ?? {}));
  for (const name of ['request', 'connection', 'session', 'user', 'credential', 'thread'] as const) {
    expect(joins.filter((join) => join[name] !== undefined).length, name).toBeGreaterThan(0);
  }
}, 600_000);
