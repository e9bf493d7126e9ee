import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Data sets of system calls that have a study. */
export type StudyLayout = 'hids-docker' | 'adfa-ld' | 'lid-ds';

/**
 * Which data set lies at `path`, if any: `normal/` and `exec/` are hids-docker's; `Training_Data_Master/` with
 * `Attack_Data_Master/`, or an archive named for it, are ADFA-LD's; a scenario of LID-DS 2021 has `training/`,
 * `validation/` and `test/`.
 */
export function studyLayout(path: string): StudyLayout | undefined {
  if (!isFolder(path)) {
    return /^ADFA-LD.*\.zip$/i.test(basename(path)) ? 'adfa-ld' : undefined;
  }
  const names = new Set(readdirSync(path));
  if (names.has('normal') && names.has('exec')) return 'hids-docker';
  if (lidDsScenarios(path).length > 0) return 'lid-ds';
  return adfaRoot(path) === undefined ? undefined : 'adfa-ld';
}

/** The folder, or the folder in an archive, that holds ADFA-LD's three parts; undefined where none does. */
export function adfaRoot(path: string): string | undefined {
  if (!isFolder(path)) return join(path, 'ADFA-LD');
  const names = readdirSync(path);
  if (names.includes('Training_Data_Master')) return path;
  if (names.includes('ADFA-LD')) return adfaRoot(join(path, 'ADFA-LD'));
  const archive = names.find((name) => /^ADFA-LD.*\.zip$/i.test(name));
  return archive === undefined ? undefined : join(path, archive, 'ADFA-LD');
}

const PARTS = ['training', 'validation', 'test'];

/** The scenarios at `path`: it is one, or its folders are. */
export function lidDsScenarios(path: string): string[] {
  if (!isFolder(path)) return [];
  if (isScenario(path)) return [path];
  return readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .filter((inner) => isFolder(inner) && isScenario(inner));
}

function isScenario(path: string): boolean {
  return PARTS.every((part) => isFolder(join(path, part)));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
