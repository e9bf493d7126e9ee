import { LEVELS, type Sum } from './aggregate.js';
import type { Atom } from './atom.js';
import { MINUTE_US } from './coverage.js';
import type { FusionConfig } from './fusion-config.js';

const MINUTES_PER_DAY = 1_440;

/** The combined p-value at which signs too weak for each level alone make an incident: one test a minute. */
export function weakThreshold(config: FusionConfig): number {
  return (config.falseAlertsPerDay * config.weakShare) / MINUTES_PER_DAY;
}

/**
 * Whether the atoms of one incident, none of them anomalous in itself, are strange together within one minute: the
 * harmonic mean of their p-values, over as many windows as the levels score in a minute (the others counted as
 * entirely ordinary), reaches the threshold. It can only become true as signals are added, never false again.
 */
export function strangeTogether(atoms: readonly Atom[], config: FusionConfig): boolean {
  const minutes = new Map<number, Sum[]>();
  for (const { bucket, sum } of atoms) {
    const minute = Math.floor((bucket * config.bucketUs) / MINUTE_US);
    const sums = minutes.get(minute);
    if (sums === undefined) minutes.set(minute, [sum]);
    else sums.push(sum);
  }
  for (const sums of minutes.values()) if (minuteP(sums, config) <= weakThreshold(config)) return true;
  return false;
}

function minuteP(sums: readonly Sum[], config: FusionConfig): number {
  let strength = 0;
  for (const level of LEVELS) {
    let reciprocals = 0;
    for (const sum of sums) reciprocals += sum.levels[level]?.reciprocals ?? 0;
    strength += Math.max(1, reciprocals / config.windowsPerMinute[level]);
  }
  return LEVELS.length / strength;
}
