import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openProfile, PlimsollError, type ProfileFile } from '@plimsoll/contracts';
import { checkProfile } from '@plimsoll/pipelines';

const SUFFIX = '.profile.json';

/** Writes each profile as `WORKLOAD.DETECTOR.profile.json`; names that are no file names are percent-encoded. */
export async function writeProfiles(folder: string, profiles: readonly ProfileFile[]): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const written: string[] = [];
  for (const profile of profiles) {
    const name = `${fileName(profile.application)}.${fileName(profile.workload)}.${profile.detector}${SUFFIX}`;
    await writeFile(join(folder, name), `${JSON.stringify(profile)}\n`);
    written.push(name);
  }
  return written;
}

/** Every profile of the folder. Throws `missing-file`, `empty-source`, or `bad-profile` for one that cannot be scored by. */
export async function readProfiles(folder: string): Promise<ProfileFile[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new PlimsollError('missing-file', `${folder}: no such folder. ${howToMake(folder)}`, {
      cause,
    });
  });
  const files = names.filter((name) => name.endsWith(SUFFIX)).sort();
  if (files.length === 0) {
    throw new PlimsollError('empty-source', `${folder}: no profile (*${SUFFIX}) in this folder. ${howToMake(folder)}`);
  }
  return Promise.all(files.map((name) => readProfile(join(folder, name))));
}

function howToMake(folder: string): string {
  return `Make one: plimsoll learn --application NAME --source WORKLOAD=KIND:PATH --out ${folder}`;
}

async function readProfile(path: string): Promise<ProfileFile> {
  const text = await readFile(path, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PlimsollError('bad-profile', `${path} is not JSON, so it is damaged or cut: learn it anew`, { cause });
  }
  try {
    return checkProfile(openProfile(value));
  } catch (cause) {
    throw new PlimsollError('bad-profile', `${path}: ${cause instanceof Error ? cause.message : 'not a profile'}`, {
      cause,
    });
  }
}

function fileName(name: string): string {
  return encodeURIComponent(name).replaceAll('.', '%2E');
}
