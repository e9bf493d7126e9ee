import { Alert, decodeJson, encodeJson, IncidentSnapshot, TOPICS } from '@plimsoll/contracts';
import { MemoryIncidentStore, type IncidentRecord } from '@plimsoll/incidents';
import { incidentAlert } from '@plimsoll/incidents/testing';
import { MemoryLog, type LogRecord } from '@plimsoll/streaming';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { decisionAlert, decisionRecord } from './incident-decision.js';
import { watchRecord } from './watch-record.js';
import { ALERTS_SOURCE, IncidentProjection, SNAPSHOTS_SOURCE, type IncidentSource } from './incident-projection.js';

const decision = { status: 'benign' as const, by: 'ann', at_ms: 1, note: 'our scanner', sequence: 1 };
const open = incidentAlert('open');
const over = incidentAlert('over', { revision: 3, activity: 3, evidence: 30 });
const decided = incidentAlert('decided', { evidence: 3 });
const ALL: readonly Alert[] = [
  open,
  incidentAlert('over', { evidence: 50 }),
  incidentAlert('over', { revision: 2, activity: 2, evidence: 50 }),
  over,
  decided,
  decisionAlert(decided, decision),
];

let log: MemoryLog;
beforeEach(() => {
  log = new MemoryLog({ topics: Object.values(TOPICS) });
});
afterEach(() => log.close());

function publish(alerts: readonly Alert[]): Promise<void> {
  const topic = TOPICS.alerts.name;
  return log.publish(alerts.map((alert) => ({ topic, key: alert.finding_info.uid, value: encodeJson(alert) })));
}

async function feed(store: MemoryIncidentStore, ...sources: readonly IncidentSource[]): Promise<void> {
  for (const source of sources) {
    const { topic, group } = source;
    const consumption = await log.consume({ topic, group, handler: new IncidentProjection(source, store, log) });
    await log.drained();
    await consumption.stop();
  }
}

/** A store that loses everything, its positions too, when told to. */
class LossyStore extends MemoryIncidentStore {
  readonly applied: string[] = [];
  loseAt: string | undefined;
  #inner = new MemoryIncidentStore();

  lose(): void {
    this.#inner = new MemoryIncidentStore();
  }

  override async apply(alert: Alert): Promise<IncidentRecord> {
    const name = `${alert.finding_info.title} ${alert.unmapped.revision}`;
    this.applied.push(name);
    const record = await this.#inner.apply(alert);
    if (name !== this.loseAt) return record;
    this.loseAt = undefined;
    this.lose();
    return record;
  }

  override position(topic: string, partition: number): Promise<number | undefined> {
    return this.#inner.position(topic, partition);
  }

  override movePosition(topic: string, partition: number, from: number | undefined, to: number): Promise<boolean> {
    return this.#inner.movePosition(topic, partition, from, to);
  }
}

/** What a store knows, without its own numbering. */
async function contents(store: MemoryIncidentStore): Promise<readonly IncidentRecord[]> {
  const { incidents } = await store.list({}, 100);
  return incidents.map((record) => ({ ...record, sequence: 0 })).sort((a, b) => (a.id < b.id ? -1 : 1));
}

const snapshots = (): Promise<LogRecord[]> => readAll(TOPICS.incidents.name);

async function readAll(topic: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  const consumption = await log.consume({
    topic,
    group: `reader-of-${topic}`,
    handler: {
      assigned: () => Promise.resolve(0),
      batch(_partition, batch) {
        records.push(...batch);
        return Promise.resolve();
      },
      revoked: () => Promise.resolve(),
    },
  });
  await log.drained();
  await consumption.stop();
  return records;
}

describe('the incident store', () => {
  it('pass over what tells of the watch', async () => {
    const store = new MemoryIncidentStore();
    const subject = { application: 'shop', workload: 'web', source: 'trace' };
    await log.publish([watchRecord({ subject, lost: true, sinceMs: 1, atMs: 2 })]);
    await publish([open]);
    await feed(store, ALERTS_SOURCE);
    expect((await store.list({}, 10)).incidents.map(({ id }) => id)).toEqual([open.finding_info.uid]);
    expect(log.records(TOPICS.deadLetters.name)).toEqual([]);
  });

  it('goes on where it stood, and is built again from the topic where it lost everything', async () => {
    const first = new MemoryIncidentStore();
    await publish(ALL);
    await feed(first, ALERTS_SOURCE);
    await publish([incidentAlert('later')]);
    await feed(first, ALERTS_SOURCE);
    expect(await contents(first)).toHaveLength(4);
    const sequence = await first.latestSequence();
    await feed(first, ALERTS_SOURCE);
    expect(await first.latestSequence()).toBe(sequence);

    // The group has read everything; a store without a position is fed from the beginning all the same.
    const second = new MemoryIncidentStore();
    await feed(second, ALERTS_SOURCE);
    expect(await contents(second)).toEqual(await contents(first));
  });

  it('notices that it was emptied between batches, and in the middle of one', async () => {
    const { topic, group } = ALERTS_SOURCE;
    const lossy = new LossyStore();
    const handler = new IncidentProjection(ALERTS_SOURCE, lossy, log);
    const consumption = await log.consume({ topic, group, handler });
    await publish([open]);
    await log.drained();
    lossy.lose();
    await publish([incidentAlert('open', { revision: 2 })]);
    await log.drained();
    expect(lossy.applied).toEqual(['open 1', 'open 1', 'open 2']);
    lossy.loseAt = 'open 3';
    await publish([incidentAlert('open', { revision: 3 })]);
    await log.drained();
    await consumption.stop();
    expect(lossy.applied.slice(3)).toEqual(['open 3', 'open 1', 'open 2', 'open 3']);
  });

  it('is built again from the compacted topic when the changes are gone, decisions and all', async () => {
    const first = new MemoryIncidentStore();
    await publish(ALL);
    await feed(first, ALERTS_SOURCE, SNAPSHOTS_SOURCE);
    const kept = await snapshots();
    const last = new Map(kept.map((record) => [record.key, record]));
    expect(new Set(last.keys())).toEqual(new Set([over.finding_info.uid, decided.finding_info.uid]));

    const compacted = [...last.values()];
    for (const { value } of compacted) expect(decodeJson(IncidentSnapshot, value, 'a snapshot').schema).toBe(1);
    await log.close();
    log = new MemoryLog({ topics: Object.values(TOPICS) });
    await log.publish(compacted.map(({ topic, key, value }) => ({ topic, key: key ?? '', value })));
    const second = new MemoryIncidentStore();
    await feed(second, SNAPSHOTS_SOURCE);

    const before = (await contents(first)).filter(({ id }) => last.has(id));
    const after = await contents(second);
    expect(after.map(({ alert, decisions, status, state }) => ({ alert, decisions, status, state }))).toEqual(
      before.map(({ alert, decisions, status, state }) => ({ alert, decisions, status, state })),
    );
    // At least the strongest hundred of 130 and of 3; nothing more is written because of what was read.
    const evidences = after.map(({ evidence }) => evidence.length).sort((a, b) => a - b);
    expect([evidences[0], evidences[1]! >= 100]).toEqual([3, true]);
    expect(await snapshots()).toHaveLength(compacted.length);
  });

  it('tells the compacted topic what it does not know yet', async () => {
    const known = new MemoryIncidentStore();
    await publish([over]);
    await feed(known, ALERTS_SOURCE);
    await known.apply(decisionAlert(over, decision));
    await feed(known, SNAPSHOTS_SOURCE);
    const last = (await snapshots()).at(-1)!;
    expect(decodeJson(IncidentSnapshot, last.value, 'a snapshot').decisions).toEqual([decision]);
  });

  it("has a person's decision stand for whoever reads the topic, with no two messages of one revision", async () => {
    const store = new MemoryIncidentStore();
    const [first, second, third] = ([1, 2, 2] as const).map((activity, i) =>
      incidentAlert('decided', { revision: i + 1, activity }),
    );
    await publish([first!]);
    await feed(store, ALERTS_SOURCE);
    const record = decisionRecord(first!, { status: 'resolved', by: 'ann', at_ms: 5, note: 'patched', sequence: 1 });
    await log.publish([record]);
    await publish([second!, third!]);
    await feed(store, ALERTS_SOURCE);
    await feed(store, ALERTS_SOURCE);
    const messages = await readAll(TOPICS.alerts.name);
    const told = messages.map(({ value }) => decodeJson(Alert, value, 'an alert'));
    expect(told.map(({ metadata }) => metadata.sequence)).toEqual([1_000, 1_001, 2_000, 3_000, 2_001, 3_001]);
    expect(told.map(({ status }) => status)).toEqual(['New', 'Resolved', undefined, undefined, 'Resolved', 'Resolved']);
    // The one with the highest revision is the whole truth: the newest finding, and what the person said.
    expect([told[5]!.unmapped.revision, told[5]!.unmapped.decision?.by]).toEqual([3, 'ann']);
    expect(messages[5]!.headers['ce_type']).toBe('io.plimsoll.incident.updated');
    const [incident] = await contents(store);
    expect([incident?.status, incident?.decisions.length]).toEqual(['resolved', 1]);
  });

  it('opens an incident again that becomes more severe than what somebody closed, once, and tells so', async () => {
    const benign = { ...decision, assignee: 'ann', severity: 3 as const };
    const [small, same, severe, later] = ([3, 3, 6, 6] as const).map((severity, i) =>
      incidentAlert('grown', { revision: i + 1, activity: i === 0 ? 1 : 2, severity }),
    );
    const store = new MemoryIncidentStore();
    await publish([small!, decisionAlert(small!, benign), same!]);
    await feed(store, ALERTS_SOURCE);
    expect((await contents(store))[0]).toMatchObject({ status: 'benign' });
    await publish([severe!, later!]);
    await feed(store, ALERTS_SOURCE);
    await feed(store, ALERTS_SOURCE);
    const [incident] = await contents(store);
    expect(incident).toMatchObject({ status: 'new', decisions: [{ assignee: 'ann', severity: 6 }, benign] });
    const messages = await readAll(TOPICS.alerts.name);
    const reopened = messages.filter(({ headers }) => headers['ce_type'] === 'io.plimsoll.incident.status');
    expect(reopened.map(({ value }) => decodeJson(Alert, value, 'an alert'))).toMatchObject([
      { status: 'New', severity_id: 6, comment: 'severity 6 now; benign by ann at severity 3' },
    ]);

    const again = new MemoryIncidentStore();
    await feed(again, ALERTS_SOURCE);
    expect(await contents(again)).toEqual(await contents(store));

    // Who closes it as severe as it is closes it.
    await publish([decisionAlert(later!, { ...benign, status: 'resolved', severity: 6, sequence: 3 })]);
    await publish([incidentAlert('grown', { revision: 5, activity: 2, severity: 6 })]);
    await feed(store, ALERTS_SOURCE);
    expect((await contents(store))[0]).toMatchObject({ status: 'resolved' });
  });

  describe('of an incident that became part of another', () => {
    const resolved = { ...decision, status: 'resolved' as const, at_ms: 5, assignee: 'ann', severity: 4 as const };
    const [part, whole] = [incidentAlert('part'), incidentAlert('whole')];
    const merged = incidentAlert('part', { revision: 2, activity: 3, mergedInto: 'whole' });
    const idOf = ({ finding_info }: Alert): string => finding_info.uid;

    async function after(...alerts: readonly Alert[]): Promise<Record<'part' | 'whole', IncidentRecord>> {
      const store = new MemoryIncidentStore();
      await publish(alerts);
      await feed(store, ALERTS_SOURCE);
      // What it published itself, and everything once more.
      await feed(store, ALERTS_SOURCE);
      return { part: (await store.get(idOf(part)))!, whole: (await store.get(idOf(whole)))! };
    }

    it.each([
      ['what absorbs it comes first', [part, decisionAlert(part, resolved), whole, merged]],
      ['what absorbs it comes last', [part, decisionAlert(part, resolved), merged, whole]],
    ])('a decision goes on with note and assignee, where %s', async (_, alerts) => {
      const told = await after(...alerts);
      expect(told.part).toMatchObject({ state: 'merged', status: 'resolved' });
      expect(told.whole).toMatchObject({ state: 'open', status: 'resolved' });
      const handed = { by: 'ann', note: 'our scanner', assignee: 'ann', about: idOf(part) };
      expect(told.whole.decisions).toMatchObject([handed]);
    });

    it('the topic says the same of both as the store', async () => {
      await after(part, decisionAlert(part, resolved), whole, merged);
      const last = new Map<string, Alert>();
      for (const { value } of await readAll(TOPICS.alerts.name)) {
        const alert = decodeJson(Alert, value, 'an alert');
        const { uid } = alert.finding_info;
        if (alert.metadata.sequence >= (last.get(uid)?.metadata.sequence ?? 0)) last.set(uid, alert);
      }
      expect(last.get(idOf(part))).toMatchObject({ status: 'Resolved', activity_id: 3, is_alert: false });
      expect(last.get(idOf(part))?.unmapped.merged_into).toBe(idOf(whole));
      expect(last.get(idOf(whole))).toMatchObject({ status: 'Resolved', comment: 'our scanner' });
    });

    it('a decision about the one that absorbs it stands', async () => {
      const own = { ...decision, status: 'in-progress' as const, by: 'bob', at_ms: 2, note: '' };
      const told = await after(part, decisionAlert(part, resolved), whole, decisionAlert(whole, own), merged);
      expect(told.whole).toMatchObject({ status: 'in-progress', decisions: [own] });
    });

    it('one that was closed stays closed, whatever it absorbs that makes it no more severe', async () => {
      const closed = await after(whole, decisionAlert(whole, { ...resolved, by: 'bob' }), part, merged);
      expect(closed.whole).toMatchObject({ status: 'resolved', decisions: [{ by: 'bob' }] });
    });

    it('one that was closed is open again where what it absorbs makes it more severe', async () => {
      const grown = incidentAlert('whole', { revision: 2, activity: 2, severity: 6 });
      const told = await after(whole, decisionAlert(whole, { ...resolved, by: 'bob' }), part, merged, grown);
      expect(told.whole).toMatchObject({ status: 'new', decisions: [{ severity: 6 }, { by: 'bob' }] });
    });

    it('nobody has closed what is more severe than what was decided about: it is new, with the note', async () => {
      const worse = incidentAlert('whole', { severity: 5 });
      const told = await after(part, decisionAlert(part, { ...resolved, status: 'benign' }), worse, merged);
      expect(told.part.status).toBe('benign');
      expect(told.whole).toMatchObject({ status: 'new', decisions: [{ note: 'our scanner', assignee: 'ann' }] });
    });
  });
});
