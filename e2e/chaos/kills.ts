import { setTimeout as wait } from 'node:timers/promises';

import { seededRandom } from '@plimsoll/evaluation';

import { SERVICES, type ServiceName, type Stack } from './stack.js';

export type Kills = Record<ServiceName, number>;

/**
 * Kills a process of a service chosen at random, at random moments, and starts another in its place, as an orchestrator
 * would. Pauses are uniform between a fifth and nine fifths of `meanPauseMs`; services are drawn without replacement, so
 * that each has its share. Returns how often each was killed: fewer than `count` where the input ended first.
 */
export async function killAtRandom(
  stack: Stack,
  signal: AbortSignal,
  options: {
    readonly count: number;
    readonly meanPauseMs: number;
    readonly seed: number;
    readonly tell: (message: string) => void;
  },
): Promise<Kills> {
  const { count, meanPauseMs, seed, tell } = options;
  const random = seededRandom(seed);
  const kills: Kills = Object.fromEntries(SERVICES.map((name) => [name, 0])) as Kills;
  let bag: ServiceName[] = [];
  // Moments are set beforehand: what a kill takes, on a machine that is busy, does not thin out those that follow.
  let momentMs = Date.now();
  for (let i = 0; i < count; i += 1) {
    momentMs += meanPauseMs * (0.2 + 1.6 * random());
    const ended = await wait(Math.max(0, momentMs - Date.now()), false, { signal }).catch(() => true);
    if (ended) break;
    if (bag.length === 0) bag = [...SERVICES];
    const [name] = bag.splice(Math.floor(random() * bag.length), 1);
    const running = stack.processes(name!);
    const victim = running[Math.floor(random() * running.length)];
    if (victim === undefined) continue;
    await stack.kill(name!, victim);
    tell(`kill ${i + 1} of ${count}: ${name}`);
    kills[name!] += 1;
    await stack.add(name!);
  }
  return kills;
}
