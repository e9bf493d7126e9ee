import { createHash } from 'node:crypto';

import { PlimsollError } from '@plimsoll/contracts';

import type { Evaluation } from '../evaluate-recordings.js';
import type { WindowScore } from '../paper/window-table.js';
import type { EpisodeContents } from './episode-contents.js';

/** Two episodes that share more than this of the smaller one's sampled lines hold a piece of one trace. */
const MOST_SHARED = 0.02;
/** Fewer may be coincidence: a log's line may repeat. */
const LEAST_SHARED = 4;

type Part = keyof Evaluation['split'];

/**
 * Throws `wrong-kind` where what is scored was learned from: an episode in two parts, an attack outside the test part, a
 * source or a piece of one in two parts, one source with two labels.
 */
export function checkSplit(split: Evaluation['split'], contents: readonly EpisodeContents[]): void {
  const parts = partsOf(split);
  const labels = new Map<string, EpisodeContents>();
  for (const one of contents) {
    const part = parts.get(nameOf(one));
    if (part === undefined) continue;
    if (one.attacks > 0 && part !== 'test') throw leak(`${nameOf(one)} holds attacks and is in ${part}`);
    for (const { sha256, path } of one.sources) {
      const other = labels.get(sha256);
      labels.set(sha256, one);
      if (other === undefined || other === one) continue;
      const where = `${nameOf(other)} and ${nameOf(one)} hold the same ${path}`;
      if (parts.get(nameOf(other)) !== part) throw leak(`${where}, in ${parts.get(nameOf(other))} and ${part}`);
      if (other.attacks > 0 !== one.attacks > 0) throw leak(`${where}, labelled benign and attack`);
    }
  }
  checkPieces(parts, contents);
}

function checkPieces(parts: ReadonlyMap<string, Part>, contents: readonly EpisodeContents[]): void {
  for (const [i, one] of contents.entries()) {
    for (const other of contents.slice(i + 1)) {
      const [part, its] = [parts.get(nameOf(one)), parts.get(nameOf(other))];
      if (part === undefined || its === undefined || part === its) continue;
      const [small, large] = one.sample.size < other.sample.size ? [one, other] : [other, one];
      const shared = [...small.sample].filter((line) => large.sample.has(line)).length;
      if (shared >= LEAST_SHARED && shared > MOST_SHARED * small.sample.size) {
        throw leak(`${nameOf(one)} (${part}) and ${nameOf(other)} (${its}) hold a piece of one trace`);
      }
    }
  }
}

/** Throws `wrong-kind` where choices are not the ones that were frozen before the test data was read. */
export function checkFrozen(choices: unknown, sha256: string): void {
  const found = choicesHash(choices);
  if (found !== sha256) throw leak(`choices were changed after they were frozen: ${found} instead of ${sha256}`);
}

export function choicesHash(choices: unknown): string {
  return createHash('sha256').update(JSON.stringify(choices)).digest('hex');
}

/**
 * Throws `wrong-kind` where a table leaves windows out, or tells another share of attacks than it counted: precision is
 * worth nothing without the share it was measured at. `windows` is how many the episodes have.
 */
export function checkPrevalence({ view, counts, prevalence }: WindowScore, windows: number): void {
  const attacks = counts.truePositives + counts.falseNegatives;
  const all = attacks + counts.falsePositives + counts.trueNegatives;
  if (all !== windows) throw leak(`${view}: ${all} of ${windows} windows are counted`);
  if (Math.abs(prevalence - attacks / Math.max(all, 1)) > 1e-9) {
    throw leak(`${view}: ${prevalence} is told as the share of attacks, and ${attacks} of ${all} were counted`);
  }
}

function partsOf(split: Evaluation['split']): Map<string, Part> {
  const parts = new Map<string, Part>();
  for (const part of ['learn', 'calibrate', 'test'] as const) {
    for (const name of split[part]) {
      const other = parts.get(name);
      if (other !== undefined) throw leak(`${name} is in ${other} and in ${part}`);
      parts.set(name, part);
    }
  }
  return parts;
}

function nameOf({ application, episode }: EpisodeContents): string {
  return `${application}/${episode}`;
}

function leak(what: string): PlimsollError {
  return new PlimsollError('wrong-kind', `leakage: ${what}`);
}
