import { callNumber, UNKNOWN_CALL } from '@plimsoll/contracts';
import { applicationLearners, type Learners } from '@plimsoll/pipelines';
import { InvalidArgumentError } from 'commander';

/** The calls that detectors keep, by workload. */
export type KeyGroups = ReadonlyMap<string, readonly number[]>;

const EVERY_WORKLOAD = '';

/** Learners that keep the calls which the user chose for a workload. */
export function learnersFor(chosen: KeyGroups): Learners {
  return applicationLearners((workload) => chosen.get(workload) ?? chosen.get(EVERY_WORKLOAD));
}

/** An option's text, `db=read,write` or `read,write`, added to those before. Throws where a name is no call's. */
export function keyGroup(text: string, before: KeyGroups): KeyGroups {
  const at = text.indexOf('=');
  const names = text
    .slice(at + 1)
    .split(',')
    .map((name) => name.trim());
  const unknown = names.find((name) => callNumber(name) === UNKNOWN_CALL);
  if (unknown !== undefined) throw new InvalidArgumentError(`no system call is named ${JSON.stringify(unknown)}`);
  return new Map(before).set(text.slice(0, Math.max(at, 0)), names.map(callNumber));
}
