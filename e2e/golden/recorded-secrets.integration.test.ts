import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

import { encodeJson } from '@plimsoll/contracts';
import { findRecordings, learnProfiles, replay, runDetection, sourcesOf, type RecordingAt } from '@plimsoll/local-run';
import {
  applicationLearners,
  applicationOperators,
  fixedProfiles,
  messageRecord,
  type CollectorMessage,
} from '@plimsoll/pipelines';
import { beforeAll, describe, expect, it } from 'vitest';

const RECORDINGS = fileURLToPath(new URL('../../recordings', import.meta.url));
/** How the recorded clients and applications carried secrets: cookies of sessions, passwords in forms, hashes in statements. */
const CARRIED = [
  /Cookie: [A-Za-z_]+=([A-Za-z0-9]{16,64})/g,
  /Password=([^&"\\ ]{6,40})/gi,
  /[Pp]assword\s*=\s*'([0-9a-f]{40})'/g,
];

/** Every secret that the recording's sources hold in clear. */
function secretsOf({ folder, recording }: RecordingAt): Set<string> {
  const secrets = new Set<string>();
  for (const { path } of recording.sources) {
    const text = gunzipSync(readFileSync(`${folder}/${path}`)).toString('latin1');
    for (const form of CARRIED) for (const [, secret] of text.matchAll(form)) secrets.add(secret!);
  }
  return secrets;
}

describe('secrets of the recorded applications', () => {
  let recordings: readonly RecordingAt[] = [];
  beforeAll(async () => {
    recordings = await findRecordings(RECORDINGS);
  });

  it.each([
    ['strict', 'employee', 'sqli-union-a'],
    ['balanced', 'employee', 'sqli-bypass-a'],
    ['full', 'employee', 'xss-stored-3-a'],
    ['full', 'shop', 'json-a'],
  ] as const)(
    'are in no message, verdict, alert, dead letter or profile (%s, %s/%s)',
    async (privacy, application, episode) => {
      const of = (names: readonly string[]): RecordingAt[] =>
        recordings.filter(
          ({ recording }) => recording.application === application && names.includes(recording.episode),
        );
      const attacked = of([episode]);
      const benign = recordings.filter(
        ({ recording }) => recording.application === application && recording.attacks.length === 0,
      );
      const [learn, calibrate] = [benign.slice(0, 1), benign.slice(1, 2)];
      const secrets = new Set([...attacked, ...learn, ...calibrate].flatMap((at) => [...secretsOf(at)]));
      expect(secrets.size).toBeGreaterThan(10);
      const found = new Set<string>();
      const search = (where: string, bytes: Uint8Array): void => {
        const text = Buffer.from(bytes).toString('latin1');
        for (const secret of secrets) if (text.includes(secret)) found.add(`${secret} in ${where}`);
      };
      const { profiles } = await learnProfiles(
        { learn: learn.map(sourcesOf), calibrate: calibrate.map(sourcesOf) },
        applicationLearners(),
        { privacy },
      );
      search('a profile', encodeJson(profiles));
      const sources = attacked.flatMap(sourcesOf);
      async function* searched(): AsyncGenerator<CollectorMessage> {
        for await (const message of replay(sources, { privacy })) {
          const { topic, key, value } = messageRecord(message);
          search(`the key of ${topic}`, Buffer.from(key));
          search(topic, value);
          yield message;
        }
      }
      const operators = applicationOperators(fixedProfiles(profiles), { falseAlertsPerDay: 1 });
      const { verdicts, alerts, deadLetters } = await runDetection(searched(), operators);
      for (const verdict of verdicts) search('a verdict', encodeJson(verdict));
      for (const { value, headers } of alerts) search('an alert', Buffer.concat([value, encodeJson(headers)]));
      for (const letter of deadLetters) search('a dead letter', encodeJson(letter));
      expect(verdicts.length).toBeGreaterThan(0);
      expect([...found]).toEqual([]);
    },
    300_000,
  );
});
