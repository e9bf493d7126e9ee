import { cp, mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';

import { findRecordings } from '@plimsoll/local-run';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { FROZEN_CHOICES, PAPER_CHOICES } from '../paper/choices.js';
import { windowScore, windowsIn } from '../paper/window-table.js';
import { episodeContents, type EpisodeContents } from './episode-contents.js';
import { checkFrozen, checkPrevalence, checkSplit } from './leakage.js';

const BUNDLED = fileURLToPath(new URL('../../../../recordings/shop', import.meta.url));
const SPLIT = { learn: ['shop/benign-01'], calibrate: ['shop/benign-07'], test: ['shop/csrf-a'] };

describe('checks against leakage', () => {
  let folder: string;
  let contents: EpisodeContents[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leakage-'));
    for (const name of ['shop-benign-01', 'shop-benign-07', 'shop-csrf-a']) {
      await cp(join(BUNDLED, name), join(folder, name), { recursive: true });
    }
    contents = await episodeContents(await findRecordings(folder));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('passes episodes that have nothing in common', () => {
    expect(contents.map(({ episode }) => episode)).toHaveLength(3);
    expect(() => {
      checkSplit(SPLIT, contents);
    }).not.toThrow();
  });

  it('reads a source that was cut off as far as it goes', async () => {
    const [whole] = await findRecordings(folder);
    const cut = await mkdtemp(join(tmpdir(), 'cut-'));
    onTestFinished(() => rm(cut, { recursive: true }));
    await cp(whole!.folder, join(cut, 'one'), { recursive: true });
    const packed = whole!.recording.sources.find(({ path }) => path.endsWith('.gz'))!;
    await truncate(join(cut, 'one', packed.path), (await stat(join(cut, 'one', packed.path))).size >> 1);
    const [read] = await episodeContents(await findRecordings(cut));
    expect(read?.sources.map(({ path }) => path)).toContain(packed.path);
    expect(read?.sample.size).toBeGreaterThan(0);
  });

  it('passes every set that is bundled', async () => {
    const all = fileURLToPath(new URL('../../../../recordings', import.meta.url));
    const recordings = await findRecordings(all);
    const named = (part: string): string[] =>
      recordings
        .filter(({ recording }) => recording.split === part)
        .map(({ recording }) => `${recording.application}/${recording.episode}`);
    const split = { learn: named('learn'), calibrate: named('calibrate'), test: named('test') };
    const hashed = await episodeContents(recordings);
    expect(() => {
      checkSplit(split, hashed);
    }).not.toThrow();
  }, 120_000);

  it('refuses an episode in two parts, and an attack that is learned', () => {
    expect(() => {
      checkSplit({ ...SPLIT, calibrate: SPLIT.learn }, contents);
    }).toThrow(/in learn and in calibrate/);
    expect(() => {
      checkSplit({ ...SPLIT, learn: SPLIT.test, test: [] }, contents);
    }).toThrow(/holds attacks/);
  });

  it('refuses a copy of an episode in another part, and one source with two labels', () => {
    const [learned] = contents.filter(({ episode }) => episode === 'benign-01');
    const copy = { ...learned!, episode: 'copy' };
    expect(() => {
      checkSplit({ ...SPLIT, test: ['shop/copy'] }, [...contents, copy]);
    }).toThrow(/hold the same/);
    expect(() => {
      checkSplit({ ...SPLIT, learn: [], test: ['shop/benign-01', 'shop/copy'] }, [learned!, { ...copy, attacks: 1 }]);
    }).toThrow(/benign and attack/);
  });

  it('refuses a piece of a learned trace in the test part', async () => {
    const [learned] = contents.filter(({ episode }) => episode === 'benign-01');
    const lines = [...learned!.sample].slice(0, learned!.sample.size / 2);
    const piece = { ...learned!, episode: 'piece', sources: [], sample: new Set([...lines, 'other']) };
    expect(() => {
      checkSplit({ ...SPLIT, test: ['shop/piece'] }, [...contents, piece]);
    }).toThrow(/a piece of one trace/);
    // Read from disk, a cut and repacked trace still chooses the same lines.
    const cut = Array.from({ length: 3_000 }, (_, i) => `${i} read(3, "", 0) = 0`);
    const recording = { application: 'cut', sources: [{ workload: 'web', kind: 'strace', path: 'a' }], attacks: [] };
    for (const [name, text] of [
      ['whole', cut],
      ['half', cut.slice(1_000, 2_500)],
    ] as const) {
      await cp(join(folder, 'shop-csrf-a'), join(folder, 'cut', name), { recursive: true });
      await writeFile(join(folder, 'cut', name, 'a'), text.join('\n'));
      await writeFile(join(folder, 'cut', name, 'recording.json'), JSON.stringify({ ...recording, episode: name }));
    }
    const pieces = await episodeContents(await findRecordings(join(folder, 'cut')));
    expect(() => {
      checkSplit({ learn: ['cut/whole'], calibrate: [], test: ['cut/half'] }, pieces);
    }).toThrow(/a piece of one trace/);
  });

  it('refuses choices that changed after they were frozen', () => {
    expect(() => {
      checkFrozen(PAPER_CHOICES, FROZEN_CHOICES);
    }).not.toThrow();
    expect(() => {
      checkFrozen({ ...PAPER_CHOICES, countedSeconds: 15 }, FROZEN_CHOICES);
    }).toThrow(/changed after they were frozen/);
  });

  it('refuses a table that leaves windows out, or tells another share of attacks', () => {
    const action = { path: 'sqli' as const, kind: 'any', severity: 1, startUs: 0, endUs: 1 };
    const seen = { application: 'shop', episode: 'one', actions: [action], evidence: [], startUs: 0, spanUs: 19e6 };
    const score = windowScore({ name: 'any', episodes: [seen] }, 5, []);
    const windows = windowsIn(seen, 5);
    expect(() => {
      checkPrevalence(score, windows);
    }).not.toThrow();
    expect(() => {
      checkPrevalence({ ...score, counts: { ...score.counts, trueNegatives: 0 } }, windows);
    }).toThrow(/windows are counted/);
    expect(() => {
      checkPrevalence({ ...score, prevalence: 0.55 }, windows);
    }).toThrow(/share of attacks/);
  });
});
