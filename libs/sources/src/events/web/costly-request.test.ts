import process from 'node:process';

import { expect, it } from 'vitest';

import { context, http, memory } from '../exchange.fixture.js';
import { toWebRequest } from './web-request-event.js';

/** Values that take the readers long, and pages that show them again. */
const PAYLOADS: Readonly<Record<string, string>> = {
  sql: "x' or 1=1 or (a=b) and 'c'='d' or ".repeat(110),
  markup: '<a href=x onclick=y><b>'.repeat(170),
  encodings: '%2525252527'.repeat(400),
  quotes: "'".repeat(4_000),
  'nested elements': '<div>'.repeat(800),
};

function exchange(payload: string, share: number): ReturnType<typeof http> {
  const value = encodeURIComponent(payload).slice(0, 3_900);
  return http({
    method: 'POST',
    headers: [['Content-Type', 'application/x-www-form-urlencoded']],
    body: Array.from({ length: 64 * share }, (_, i) => `p${i}=${value}`).join('&'),
    response: `<html>${payload.repeat(60)}`.slice(0, 250_000 * share),
  });
}

/** Processor time of one request, ms: the least of several, since the machine does other things. */
function costMs(payload: string, share: number): number {
  const given = exchange(payload, share);
  let least = Infinity;
  for (let round = 0; round < 7; round++) {
    const before = process.cpuUsage();
    toWebRequest(given, context(), memory());
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}

it.each(Object.entries(PAYLOADS))('costs in proportion to its size, full of %s', (_, payload) => {
  costMs(payload, 1 / 4);
  // Four times as much: 4 where it is linear, 16 where it is quadratic.
  expect(costMs(payload, 1) / costMs(payload, 1 / 4)).toBeLessThan(10);
});
