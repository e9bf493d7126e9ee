import type { Health, Wait } from '@plimsoll/streaming';

/** Something that a service needs in order to work. */
export interface Dependency {
  readonly name: string;
  readonly check: () => Promise<Health>;
}

/** Ready while no partition waits for something; a processor knows which do. */
export function partitionsOf(processor: { waits(): readonly Wait[] }): Dependency {
  return {
    name: 'partitions',
    check: () => {
      const waits = processor.waits();
      if (waits.length === 0) return Promise.resolve({ ready: true });
      const reason = waits.map(({ task, on, reason }) => `${task.topic}/${task.partition} waits for ${on}: ${reason}`);
      return Promise.resolve({ ready: false, reason: reason.join('; ') });
    },
  };
}

/** A log or store as something that readiness asks. */
export function answering(name: string, part: { health(): Promise<Health> }): Dependency {
  return { name, check: () => part.health() };
}

/** The whole service: ready, or what it waits on. */
export interface ReadinessReport {
  readonly ready: boolean;
  readonly waitingFor: readonly { readonly name: string; readonly reason: string }[];
  /** What works, and of which a person should know all the same. */
  readonly noticed?: readonly { readonly name: string; readonly reason: string }[];
}

/** Longest that one check may take; a probe's own limit is often one second. */
const CHECK_TIMEOUT_MS = 800;

/** Asks all `dependencies` at once. One that fails or does not answer in time counts as not ready, with its reason. */
export async function readiness(
  dependencies: readonly Dependency[],
  timeoutMs = CHECK_TIMEOUT_MS,
): Promise<ReadinessReport> {
  const answers = await Promise.all(
    dependencies.map(async ({ name, check }) => ({ name, health: await answerWithin(timeoutMs, check) })),
  );
  const waitingFor = answers.flatMap(({ name, health }) => (health.ready ? [] : [{ name, reason: health.reason }]));
  const noticed = answers.flatMap(({ name, health }) =>
    health.ready && health.reason !== undefined ? [{ name, reason: health.reason }] : [],
  );
  return { ready: waitingFor.length === 0, waitingFor, ...(noticed.length > 0 && { noticed }) };
}

async function answerWithin(timeoutMs: number, check: () => Promise<Health>): Promise<Health> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<Health>((resolve) => {
    timer = setTimeout(() => {
      resolve({ ready: false, reason: `no answer within ${timeoutMs} ms` });
    }, timeoutMs);
  });
  try {
    return await Promise.race([check(), expired]);
  } catch (error) {
    return { ready: false, reason: error instanceof Error ? error.message : 'the check failed' };
  } finally {
    clearTimeout(timer);
  }
}
