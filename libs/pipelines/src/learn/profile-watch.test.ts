import { decodeJson, encodeJson, identity, ProfilesMessage, TOPICS, type Coverage } from '@plimsoll/contracts';
import { MemoryLog, MemoryProfileStore, MemoryStateStore, runOperator } from '@plimsoll/streaming';
import { describe, expect, it } from 'vitest';

import { verdictRecord } from '../detect/detector-operator.js';
import { webVerdict } from '../testing/verdicts.js';
import { profileReport, ProfileReportProjection, profileWatchOperator, REPORT_GROUP } from './profile-watch.js';

const SLOT = { application: 'shop', workload: 'web', detector: 'sequence' };

function coverage(minute: number): Coverage {
  const startUs = minute * 60_000_000;
  return {
    type: 'coverage',
    schema: 1,
    ...SLOT,
    container: 'web-1',
    id: identity('coverage', minute),
    level: 'sequence',
    profileVersion: 'v1',
    stream: 'live',
    window: { startUs, endUs: startUs + 1 },
    windows: { normal: 20 },
    count: 20_000,
    pValues: { calibratedOn: 100, independence: 1, bins: new Array<number>(20).fill(1) },
  };
}

async function reported(records: readonly (Coverage | ReturnType<typeof webVerdict>)[]) {
  const log = new MemoryLog({ topics: Object.values(TOPICS) });
  const profiles = new MemoryProfileStore();
  const running = await runOperator(profileWatchOperator, { log, store: new MemoryStateStore() });
  const handler = new ProfileReportProjection(profiles, log);
  await log.consume({ topic: TOPICS.profiles.name, group: REPORT_GROUP, handler });
  for (const record of records) await log.publish([verdictRecord(record)]);
  await log.drained();
  await running.stop();
  await log.close();
  return profileReport(profiles, SLOT);
}

describe('watching profiles', () => {
  it('brings the latest report to the store; verdicts and records that come twice count for nothing', async () => {
    const records = Array.from({ length: 200 }, (_, minute) => coverage(minute));
    const once = await reported([...records.slice(0, 100), webVerdict(1), ...records.slice(100)]);
    expect(once).toMatchObject({ state: 'fits', version: 'v1', windows: 200 * 20, atUs: 199 * 60_000_000 });
    expect(await reported(records.flatMap((record, i) => (i % 7 === 0 ? [record, record] : [record])))).toEqual(once);
  });

  it('says nothing of what was not scored by a profile', async () => {
    const { pValues: _, ...warming } = coverage(1);
    expect(await reported([{ ...warming, windows: { warming: 3 } }])).toBeUndefined();
  });

  it('reads changes and reports from one topic', () => {
    const change = { schema: 1, ...SLOT, action: 'activate', active: 'v1', revision: 1, by: 'ann', atMs: 1 } as const;
    expect(decodeJson(ProfilesMessage, encodeJson(change), 'a change')).toEqual(change);
  });
});
