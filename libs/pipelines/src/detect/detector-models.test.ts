import { encodeJson, PlimsollError, sealProfile, type ProfileFile } from '@plimsoll/contracts';
import { MemoryProfileStore } from '@plimsoll/streaming';
import { expect, it } from 'vitest';

import { DetectorModels } from './detector-models.js';
import { storedProfiles, type ProfileFault, type ProfileSource } from './profile-source.js';

const learned = { streams: ['one'], events: 10_000, novelty: 0, complete: true, notes: [] };
const profileOf = (workload: string, model: unknown = {}): ProfileFile =>
  sealProfile({ application: 'shop', workload, detector: 'web', learned, model });

it('scores on with the other profiles where one is gone or of another release, and tries it again', async () => {
  const good = profileOf('web');
  const old = profileOf('db', { of: 'another release' });
  const gone = profileOf('gone');
  const held = new Map([good, old].map((profile) => [profile.version, profile]));
  const source: ProfileSource = {
    inForce: () => [good, old, gone].map((profile) => ({ ...profile, shadow: false })),
    load(_slot, version) {
      const found = held.get(version);
      return found ? Promise.resolve(found) : Promise.reject(new PlimsollError('bad-profile', `no version ${version}`));
    },
  };
  const detector = {
    name: 'web',
    prepare({ model, version }: ProfileFile): string {
      if (JSON.stringify(model) !== '{}') throw new PlimsollError('bad-profile', `${version} is of another release`);
      return version;
    },
  };
  let nowMs = 0;
  const models = new DetectorModels(detector, source, { falseAlertsPerDay: 1 }, { nowMs: () => nowMs });
  const all = models.wanted();
  await expect(models.prepare(all)).rejects.toMatchObject({ code: 'bad-profile', retriable: false });

  const usable = models.wanted();
  await models.prepare(usable);
  expect(models.models(usable, 'shop', 'web')).toEqual({ active: good.version, shadow: undefined });
  for (const workload of ['db', 'gone']) expect(models.models(usable, 'shop', workload).active).toBeUndefined();

  held.set(gone.version, gone);
  nowMs = 300_000;
  expect(models.wanted()).toBe(all);
  await expect(models.prepare(all)).rejects.toMatchObject({ code: 'bad-profile' });
  const again = models.wanted();
  await models.prepare(again);
  expect(models.models(again, 'shop', 'gone').active).toBe(gone.version);
});

it.each([
  ['cut', (whole: Uint8Array) => whole.subarray(0, whole.length >> 1)],
  ['of an unknown schema', () => encodeJson({ ...profileOf('db'), schema: 7 })],
  ["another workload's", () => encodeJson(profileOf('web'))],
  ['one that its detector stumbles over', () => encodeJson(profileOf('db', { stumble: true }))],
])('tells once of a stored profile that is %s, and takes up the next version', async (_, damaged) => {
  const store = new MemoryProfileStore();
  const [bad, good] = [profileOf('db', { stumble: true }), profileOf('db')];
  await store.put(bad, bad.version, damaged(encodeJson(bad)));
  await store.activate(bad, bad.version, 'the test');
  const told: ProfileFault[] = [];
  const stored = storedProfiles(store, (fault) => told.push(fault));
  await stored.open();
  const detector = {
    name: 'web',
    prepare({ model, version }: ProfileFile): string {
      if (JSON.stringify(model) !== '{}') throw new TypeError('undefined is no function');
      return version;
    },
  };
  let nowMs = 0;
  const models = new DetectorModels(detector, stored, { falseAlertsPerDay: 1 }, { nowMs: () => nowMs });
  for (let tries = 0; tries < 3; tries++, nowMs += 300_000) {
    await expect(models.prepare(models.wanted())).rejects.toMatchObject({ code: 'bad-profile' });
    await models.prepare(models.wanted());
    expect(models.models(models.wanted(), 'shop', 'db').active).toBeUndefined();
  }
  expect(told).toMatchObject([{ slot: { workload: 'db' }, version: bad.version }]);
  expect(stored.faults()).toEqual(told);

  await store.put(good, good.version, encodeJson(good));
  await store.activate(good, good.version, 'the test');
  await expect.poll(() => models.wanted()).toContain(good.version);
  await models.prepare(models.wanted());
  expect(models.models(models.wanted(), 'shop', 'db').active).toBe(good.version);
  expect(stored.faults()).toEqual([]);
  await stored.close();
});
