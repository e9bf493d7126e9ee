import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Alert, decodeJson, type ProfileFile } from '@plimsoll/contracts';
import { applicationLearners, applicationOperators, fixedProfiles } from '@plimsoll/pipelines';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runDetection, type DetectionRun } from './detect-run.js';
import { learnProfiles } from './learn-profiles.js';
import { replay, sourceAt } from './replay.js';

const WORDS = ['rope', 'lamp', 'chair', 'river', 'stone', 'copper', 'violet', 'amber'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const START_S = 1_795_600_000;
const REQUESTS = 1_500;

function line(i: number, second: number, query: string): string {
  const at = new Date((START_S + second) * 1_000);
  const day = `${at.toISOString().slice(8, 10)}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
  const client = `203.0.${Math.floor(i / 250) % 250}.${i % 250} - - [${day}:${at.toISOString().slice(11, 19)} +0000]`;
  return `${client} "GET /search?q=${query} HTTP/1.1" 200 900 "-" "Mozilla/5.0 Firefox/${100 + (i % 40)}.0"\n`;
}

const word = (i: number): string => WORDS[(i * 7 + Math.floor(i / 8)) % WORDS.length]!;
const attack = (i: number): string => `zz%25%27%29%20UNION%20SELECT%20id,pass,login,${i}%20FROM%20customers%20--%20`;

describe('lateness is against what every source and detector has reached', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-quiet-'));
  let profiles: readonly ProfileFile[];

  const written = (name: string, lines: readonly string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, lines.join(''));
    return path;
  };
  const sources = (paths: readonly string[]) => paths.map((path, i) => sourceAt('shop', 'web', 'access-log', path, i));
  const detect = (...paths: string[]): Promise<DetectionRun> =>
    runDetection(replay(sources(paths)), applicationOperators(fixedProfiles(profiles), { falseAlertsPerDay: 1 }));
  const indices = Array.from({ length: REQUESTS }, (_, i) => i);

  beforeAll(async () => {
    const benign = written(
      'benign.log',
      indices.map((i) => line(i, i * 5, word(i))),
    );
    const plan = { learn: [sources([benign])], calibrate: [] };
    profiles = (await learnProfiles(plan, applicationLearners())).profiles;
  }, 60_000);
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const closed = ({ alerts }: DetectionRun): Alert[] =>
    alerts
      .map(({ value }) => decodeJson(Alert, value, 'an alert'))
      .filter(({ activity_name, unmapped }) => activity_name === 'Close' && unmapped.merged_into === undefined);

  it.each([5, 100, 2_000])(
    'of a quiet log with a request every %i s every anomalous verdict is joined',
    async (gapS) => {
      const lines = indices.map((i) => line(i, i * gapS, i % 2 === 1 ? attack(i) : word(i)));
      const run = await detect(written(`${gapS}.log`, lines));
      const anomalous = run.verdicts.filter(({ state }) => state === 'anomalous');
      expect(anomalous).toHaveLength(REQUESTS / 2);
      expect({ late: run.late, dead: run.deadLetters }).toEqual({ late: 0, dead: [] });
      const shown = new Set(
        run.alerts.flatMap(({ value }) => decodeJson(Alert, value, '').evidences.map(({ data }) => data.verdict)),
      );
      expect(anomalous.filter(({ id }) => !shown.has(id))).toEqual([]);
    },
    60_000,
  );

  it('a clock that jumps in one file blinds neither the rest of it nor another file', async () => {
    const future = 2_300_000_000;
    const jumping = indices.map((i) => line(i, i === 700 || i === 701 ? future + i : i * 30, word(i)));
    jumping.splice(1_200, 0, line(7, 36_000, attack(7)));
    const other = [line(8, 30_000, attack(8)), line(9, 44_000, attack(9))];
    const run = await detect(written('jumping.log', jumping), written('other.log', other));
    expect(run.verdicts.filter(({ state }) => state === 'anomalous')).toHaveLength(3);
    expect(run.late).toBe(0);
    expect(closed(run).length).toBeGreaterThan(0);
  }, 60_000);
});
