import { fileURLToPath } from 'node:url';

import type { VerdictMessage } from '@plimsoll/contracts';
import { findRecordings, learnProfiles, replay, runDetection, sourcesOf } from '@plimsoll/local-run';
import { applicationLearners, applicationOperators, fixedProfiles } from '@plimsoll/pipelines';

const RECORDINGS = fileURLToPath(new URL('../../recordings/employee', import.meta.url));

/** The verdicts of every level on real attacks on `employee`, by episode; learned on two benign ones. */
export async function recordedVerdicts(episodes: readonly string[]): Promise<VerdictMessage[][]> {
  const recordings = await findRecordings(RECORDINGS);
  const sourcesFor = (episode: string) =>
    recordings.filter(({ recording }) => recording.episode === episode).flatMap(sourcesOf);
  const plan = { learn: [sourcesFor('benign-01')], calibrate: [sourcesFor('benign-06')] };
  const { profiles } = await learnProfiles(plan, applicationLearners());
  const found: VerdictMessage[][] = [];
  for (const episode of episodes) {
    const messages: VerdictMessage[] = [];
    await runDetection(
      replay(sourcesFor(episode)),
      applicationOperators(fixedProfiles(profiles), { falseAlertsPerDay: 1 }),
      {
        onVerdict: (message) => {
          messages.push(message);
        },
      },
    );
    found.push(messages);
  }
  return found;
}
