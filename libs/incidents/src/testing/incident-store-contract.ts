import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { MAX_INCIDENT_EVIDENCE, type IncidentRecord } from '../incident-record.js';
import type { IncidentLimits, IncidentStore } from '../incident-store.js';
import { incidentAlert } from './incident-alerts.js';

/** What every incident store promises. `store` gives a new, empty one each time. */
export function incidentStoreContract(
  name: string,
  store: (limits?: Partial<IncidentLimits>) => IncidentStore | Promise<IncidentStore>,
): void {
  const plain = (record: IncidentRecord | undefined): unknown => ({ ...record, sequence: 0 });

  describe(`incident store contract: ${name}`, () => {
    it('comes to the same record in whatever order revisions and decisions arrive, however often', async () => {
      const decision = { status: 'benign' as const, by: 'ann', at_ms: 1, note: '', sequence: 1 };
      const all = [
        incidentAlert('a'),
        incidentAlert('a', { revision: 2, activity: 2, evidence: 150 }),
        incidentAlert('a', { revision: 3, activity: 3, atMs: 1_790_000_100_000, evidence: 150 }),
        incidentAlert('a', { revision: 2, decision }),
        incidentAlert('a', { revision: 2, decision: { ...decision, status: 'resolved', sequence: 2 } }),
      ];
      const orders = [all, [...all].reverse(), [...all, ...all], [all[3]!, all[1]!, all[4]!, all[0]!, all[2]!]];
      const results: unknown[] = [];
      for (const order of orders) {
        const one = await store();
        for (const alert of order) await one.apply(alert);
        const record = await one.get(all[0]!.finding_info.uid);
        expect(record).toMatchObject({ state: 'closed', status: 'resolved', lastSeenMs: 1_790_000_100_000 });
        expect(record?.evidence).toHaveLength(MAX_INCIDENT_EVIDENCE);
        results.push(plain(record));
      }
      for (const result of results) expect(result).toEqual(results[0]);
    });

    it('finds an incident by each of its addresses, however many', async () => {
      const one = await store();
      for (let i = 0; i < 40; i++) await one.apply(incidentAlert('a', { revision: i + 1, address: `192.0.2.${i}` }));
      const cards = await Promise.all([0, 16, 39].map((i) => one.cards({ address: `192.0.2.${i}` }, 5)));
      expect(cards.map((found) => found.length)).toEqual([1, 1, 1]);
    });

    it('lists by pages, last seen first, and filters', async () => {
      const one = await store();
      for (let i = 0; i < 25; i++) {
        const path = i % 2 === 0 ? 'sqli' : 'xss';
        await one.apply(
          incidentAlert(`i${i}`, {
            atMs: 1_790_000_000_000 + Math.floor(i / 5),
            severity: 1 + (i % 6),
            path,
            address: `192.0.2.${i}`,
          }),
        );
      }
      const seen: string[] = [];
      let after: string | undefined;
      do {
        const page = await one.list({}, 4, after);
        seen.push(...page.incidents.map(({ id }) => id));
        after = page.next;
      } while (after !== undefined);
      expect(new Set(seen).size).toBe(25);
      const whole = await one.list({}, 100);
      expect(whole.incidents.map(({ id }) => id)).toEqual(seen);
      expect(whole.incidents[0]!.lastSeenMs).toBe(1_790_000_000_004);
      const count = async (filter: Parameters<IncidentStore['list']>[0]): Promise<number> =>
        (await one.list(filter, 100)).incidents.length;
      expect(await count({ path: 'xss' })).toBe(12);
      expect(await count({ minSeverity: 6 })).toBe(4);
      expect(await count({ text: 'I24 IN' })).toBe(1);
      expect(await count({ address: '192.0.2.7', workload: 'web' })).toBe(1);
      expect(await count({ text: '192.0.2.7' })).toBe(1);
      expect(await count({ page: '/SEARCH', application: 'shop' })).toBe(25);
      expect(await count({ page: '/elsewhere' })).toBe(0);
      expect(await count({ workload: 'db' })).toBe(0);
      const cards = await one.cards({ path: 'xss' }, 5);
      expect(cards).toMatchObject(
        Array.from({ length: 5 }, () => ({ application: 'shop', path: 'xss', assignee: '' })),
      );
      expect(cards.map(({ id }) => id)).toEqual((await one.list({ path: 'xss' }, 5)).incidents.map(({ id }) => id));
      expect(await count({ text: '.*' })).toBe(0);
      expect(await count({ fromMs: 1_790_000_000_001, toMs: 1_790_000_000_002 })).toBe(5);
      expect(await count({ state: 'closed' })).toBe(0);
      await expect(one.list({}, 1, 'nonsense')).rejects.toMatchObject({ code: 'bad-message' });
    });

    it('finds an incident by what it is now, and no more by what it was', async () => {
      const one = await store();
      const { id } = await one.apply(incidentAlert('a'));
      const decision = { status: 'benign' as const, by: 'ann', at_ms: 1, note: '', assignee: 'bob', sequence: 1 };
      await one.apply(incidentAlert('a', { decision }));
      const found = async (filter: Parameters<IncidentStore['list']>[0]): Promise<string[]> =>
        (await one.list(filter, 10)).incidents.map((incident) => incident.id);
      expect(await found({ status: 'new' })).toEqual([]);
      expect(await found({ assignee: '' })).toEqual([]);
      expect(await found({ status: 'benign', assignee: 'bob' })).toEqual([id]);
    });

    it('tells incidents that stand from those that became part of another, and finds these by that one', async () => {
      const one = await store();
      const { id: part } = await one.apply(incidentAlert('part'));
      const { id: whole } = await one.apply(incidentAlert('whole'));
      await one.apply(incidentAlert('part', { revision: 2, activity: 3, mergedInto: 'whole' }));
      const found = async (filter: Parameters<IncidentStore['list']>[0]): Promise<string[]> =>
        (await one.list(filter, 10)).incidents.map(({ id }) => id).sort();
      expect(await found({ standing: true })).toEqual([whole]);
      expect(await found({ mergedInto: whole })).toEqual([part]);
      expect(await found({ state: 'merged' })).toEqual([part]);
      expect(await found({})).toEqual([part, whole].sort());
      // A later verdict brings it back.
      await one.apply(incidentAlert('part', { revision: 3 }));
      expect([await found({ standing: true }), await found({ mergedInto: whole })]).toEqual([[part, whole].sort(), []]);
    });

    it('tells each changed incident once, in the order of the latest change', async () => {
      const one = await store();
      const start = await one.latestSequence();
      const a = await one.apply(incidentAlert('a'));
      const b = await one.apply(incidentAlert('b'));
      const again = await one.apply(incidentAlert('a', { revision: 2 }));
      expect((await one.changesSince(start, 10)).map(({ id }) => id)).toEqual([b.id, a.id]);
      expect((await one.changesSince(b.sequence, 10)).map(({ sequence }) => sequence)).toEqual([again.sequence]);
      expect(await one.changesSince(await one.latestSequence(), 10)).toEqual([]);
      expect(await one.changesSince(start, 1)).toHaveLength(1);
      await one.apply(incidentAlert('a', { revision: 2 }));
      expect(await one.latestSequence()).toBe(again.sequence);
    });

    it('loses no change when several apply at once', async () => {
      const one = await store();
      await Promise.all(Array.from({ length: 10 }, (_, i) => one.apply(incidentAlert('a', { revision: i + 1 }))));
      const record = await one.get(incidentAlert('a').finding_info.uid);
      expect([record?.alert?.unmapped.revision, record?.evidence.length]).toEqual([10, 10]);
    });

    it('keeps no more incidents than it may', async () => {
      const one = await store({ maxIncidents: 5 });
      for (let i = 0; i < 12; i++) await one.apply(incidentAlert(`i${i}`));
      expect((await one.list({}, 100)).incidents).toHaveLength(5);
      expect(await one.get(incidentAlert('i11').finding_info.uid)).toBeDefined();
      expect(await one.get(incidentAlert('i0').finding_info.uid)).toBeUndefined();
      expect(await one.changesSince(0, 100)).toHaveLength(5);
    });

    it('keeps suppressions with their reason until a day after their end', async () => {
      const one = await store();
      const base = { kind: 'suppression' as const, application: 'shop', path: 'xss' as const, by: 'ann', startsMs: 0 };
      const now = Date.now();
      const current = { ...base, id: randomUUID(), reason: 'known', createdMs: now, expiresMs: now + 1_000 };
      await one.putSuppression(current);
      await one.putSuppression({ ...current, id: randomUUID(), expiresMs: now - 2 * 86_400_000 });
      const [only, ...others] = await one.suppressions();
      expect([only, others]).toMatchObject([current, []]);
      expect([await one.removeSuppression(current.id), await one.removeSuppression(current.id)]).toEqual([true, false]);
    });

    it('keeps its position in each partition, and moves it only from where it is', async () => {
      const one = await store();
      expect(await one.position('alerts', 1)).toBeUndefined();
      expect(await one.movePosition('alerts', 1, 0, 3)).toBe(false);
      expect(await one.movePosition('alerts', 1, undefined, 0)).toBe(true);
      expect(await one.movePosition('alerts', 2, undefined, 7)).toBe(true);
      expect(await one.movePosition('incidents', 1, undefined, 9)).toBe(true);
      expect(await one.movePosition('alerts', 2, 7, 8)).toBe(true);
      expect(await one.movePosition('alerts', 2, 7, 9)).toBe(false);
      const positions = [one.position('alerts', 1), one.position('alerts', 2), one.position('incidents', 1)];
      expect(await Promise.all(positions)).toEqual([0, 8, 9]);
    });

    it('keeps an audit trail, the latest first', async () => {
      const one = await store();
      const entry = { atMs: 1, by: 'ann', role: 'admin', target: 't', detail: 'd' };
      await one.audit({ ...entry, id: '1', action: 'first' });
      await one.audit({ ...entry, id: '2', action: 'second' });
      expect((await one.auditTrail(10)).map(({ action }) => action)).toEqual(['second', 'first']);
      expect(await one.auditTrail(1)).toHaveLength(1);
      expect(await one.health()).toEqual({ ready: true });
    });
  });
}
