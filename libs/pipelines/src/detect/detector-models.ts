import { PlimsollError } from '@plimsoll/contracts';
import type { Budget, Detector } from '@plimsoll/detection';
import { systemClock, type Clock, type OperatorSettings, type ProfileSlot } from '@plimsoll/streaming';

import { preparedModel } from './profile-check.js';
import type { ModelPair } from './scoring-pair.js';
import type { ProfileInForce, ProfileSource } from './profile-source.js';

/** Prepared models kept for settings that are no longer wanted but may still be in a checkpoint. */
const KEPT_SETTINGS = 4;

/** How long a version that could not be used is passed over before it is tried again: it may have been pushed anew. */
const PASSED_OVER_MS = 5 * 60_000;

const NO_MODEL = { active: undefined, shadow: undefined } as const;

/**
 * One detector's prepared models: the settings that its operator scores by. The text of the settings names the
 * profile version of each workload, so a replay scores each record by the same versions again.
 */
export class DetectorModels<Model> implements OperatorSettings {
  readonly #detector: Pick<Detector<never, never, Model>, 'name' | 'prepare'>;
  readonly #profiles: ProfileSource;
  readonly #budget: Budget;
  readonly #byVersion = new Map<string, Model>();
  /** By settings, then by application and workload. */
  readonly #prepared = new Map<string, Map<string, Map<string, ModelPair<Model>>>>();
  /** Lines of settings whose version is gone, altered or of another release, and until when they are passed over. */
  readonly #unusable = new Map<string, number>();
  readonly #clock: Pick<Clock, 'nowMs'>;

  constructor(
    detector: Pick<Detector<never, never, Model>, 'name' | 'prepare'>,
    profiles: ProfileSource,
    budget: Budget,
    clock: Pick<Clock, 'nowMs'> = systemClock,
  ) {
    this.#detector = detector;
    this.#profiles = profiles;
    this.#budget = budget;
    this.#clock = clock;
  }

  /** One profile that cannot be used holds up no other: its workload is scored as one without a profile. */
  wanted(): string {
    const nowMs = this.#clock.nowMs();
    for (const [line, untilMs] of this.#unusable) if (untilMs <= nowMs) this.#unusable.delete(line);
    const lines = this.#profiles.inForce(this.#detector.name).map(settingsLine);
    return lines
      .filter((line) => !this.#unusable.has(line))
      .sort()
      .join('\n');
  }

  /** Throws `bad-profile` where an active version cannot be used; the next `wanted` leaves all such out. */
  async prepare(settings: string): Promise<void> {
    if (this.#prepared.has(settings)) return;
    let unusable: PlimsollError | undefined;
    const models = new Map<string, Map<string, ModelPair<Model>>>();
    for (const profile of settings.split('\n').filter(Boolean).map(parseLine)) {
      const { application, workload } = profile;
      const workloads = models.get(application) ?? new Map<string, ModelPair<Model>>();
      models.set(application, workloads);
      const pair = workloads.get(workload) ?? NO_MODEL;
      try {
        const model = await this.#load(profile);
        const { version } = profile;
        workloads.set(workload, profile.shadow ? { ...pair, shadow: { version, model } } : { ...pair, active: model });
      } catch (error) {
        if (!(error instanceof PlimsollError) || error.code !== 'bad-profile') throw error;
        this.#profiles.judged?.(this.#slot(profile), profile.version, error.message);
        // A version in shadow that cannot be used is no reason to score nothing.
        if (profile.shadow) continue;
        this.#unusable.set(settingsLine(profile), this.#clock.nowMs() + PASSED_OVER_MS);
        unusable ??= error;
      }
    }
    if (unusable !== undefined) throw unusable;
    this.#prepared.set(settings, models);
    for (const oldest of this.#prepared.keys()) {
      if (this.#prepared.size <= KEPT_SETTINGS) break;
      this.#prepared.delete(oldest);
    }
    this.#forgetUnused();
  }

  /** The workload's models under `settings`, which were prepared. */
  models(settings: string, application: string, workload: string): ModelPair<Model> {
    return this.#prepared.get(settings)?.get(application)?.get(workload) ?? NO_MODEL;
  }

  async #load({ application, workload, version }: ProfileInForce): Promise<Model> {
    const known = this.#byVersion.get(version);
    if (known !== undefined) return known;
    const slot = this.#slot({ application, workload });
    const model = preparedModel(this.#detector, await this.#profiles.load(slot, version), this.#budget);
    this.#profiles.judged?.(slot, version, undefined);
    this.#byVersion.set(version, model);
    return model;
  }

  #slot({ application, workload }: Pick<ProfileInForce, 'application' | 'workload'>): ProfileSlot {
    return { application, workload, detector: this.#detector.name };
  }

  #forgetUnused(): void {
    const workloads = [...this.#prepared.values()].flatMap((models) => [...models.values()]);
    const pairs = workloads.flatMap((models) => [...models.values()]);
    const used = new Set(pairs.flatMap(({ active, shadow }) => [active, shadow?.model]));
    for (const [version, model] of this.#byVersion) if (!used.has(model)) this.#byVersion.delete(version);
  }
}

/** Several detectors' settings as one: the log level scores by three. */
export function combinedSettings(
  parts: readonly (readonly [name: string, settings: OperatorSettings])[],
): OperatorSettings {
  return {
    wanted: () => JSON.stringify(parts.map(([name, settings]) => [name, settings.wanted()])),
    async prepare(text) {
      for (const [name, settings] of parts) await settings.prepare(settingsOf(text, name));
    },
  };
}

/** The part of `combinedSettings`' text that belongs to `name`. */
export function settingsOf(text: string, name: string): string {
  const entries = JSON.parse(text) as unknown;
  if (!Array.isArray(entries)) throw new PlimsollError('bad-message', 'settings that this release did not write');
  for (const entry of entries as unknown[]) {
    if (Array.isArray(entry) && entry[0] === name && typeof entry[1] === 'string') return entry[1];
  }
  return '';
}

function settingsLine({ application, workload, version, shadow }: ProfileInForce): string {
  return JSON.stringify([application, workload, version, ...(shadow ? ['shadow'] : [])]);
}

function parseLine(line: string): ProfileInForce {
  const [application, workload, version, role] = JSON.parse(line) as unknown[];
  if (typeof application !== 'string' || typeof workload !== 'string' || typeof version !== 'string') {
    throw new PlimsollError('bad-message', 'settings that this release did not write');
  }
  return { application, workload, version, shadow: role === 'shadow' };
}
