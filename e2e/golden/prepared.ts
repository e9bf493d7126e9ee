import { join } from 'node:path';

import type { ProfileFile } from '@plimsoll/contracts';
import { findRecordings, learnProfiles, sourcesOf, type ReplaySource } from '@plimsoll/local-run';
import { applicationLearners } from '@plimsoll/pipelines';

import { ROOT } from '../root.js';

/** Episodes of one of the bundled recordings: what profiles are learned from, and what is replayed. */
export interface Episodes {
  readonly from: string;
  readonly learn: readonly string[];
  readonly calibrate: readonly string[];
  readonly replayed: string;
}

/** The profiles that `of` gives, and the sources to replay, all under the name `application`. */
export async function prepared(
  { from, learn, calibrate, replayed }: Episodes,
  application: string,
): Promise<{ profiles: readonly ProfileFile[]; sources: readonly ReplaySource[] }> {
  const recordings = await findRecordings(join(ROOT, 'recordings', from));
  const sourcesFor = (episode: string): ReplaySource[] =>
    recordings
      .filter(({ recording }) => recording.episode === episode)
      .flatMap(sourcesOf)
      .map((source) => ({
        ...source,
        where: { ...source.where, application, container: `${application}/${source.where.container}` },
      }));
  const plan = { learn: learn.map(sourcesFor), calibrate: calibrate.map(sourcesFor) };
  const { profiles } = await learnProfiles(plan, applicationLearners());
  return { profiles, sources: sourcesFor(replayed) };
}
