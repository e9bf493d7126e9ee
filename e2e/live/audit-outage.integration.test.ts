import { describe, expect, inject, it } from 'vitest';

import { countAudit, recordedDeliveries } from './audit-outage.js';

const present = (inject('kafkaBrokers') ?? '') !== '';

/** With a real API server and an outage of 60 s: `node e2e/audit-outage.mjs`. */
describe.skipIf(!present)('the audit webhook while Kafka is stopped', () => {
  it('brings every auditID of 12,000 recorded events to the topic once by identity, repeated deliveries too', async () => {
    const deliveries = recordedDeliveries();
    const third = Math.ceil(deliveries.length / 3);
    const count = await countAudit(async (part, url) => {
      const own = deliveries.slice(part * third, (part + 1) * third);
      // The API server tries again what it saw no answer to, which may have been taken all the same.
      for (const { body } of [...own, ...own.slice(-2)]) {
        const headers = { 'content-type': 'application/json' };
        expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
      }
      return own.flatMap(({ ids }) => ids);
    }, 5_000);
    expect(count.sent).toBeGreaterThan(10_000);
    expect(count).toMatchObject({ arrived: count.sent, missing: 0, twice: 0, announced: 0 });
    expect(count.spooledBytes).toBeGreaterThan(0);
  });
});
