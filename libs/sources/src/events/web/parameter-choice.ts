import { FrequentKeys } from '../../bytes/frequent-keys.js';
import type { ReadParameter } from './parameter-features.js';
import type { RawParameter } from './raw-parameter.js';

/** Parameters that an event holds. */
const MAX_KEPT = 64;
/** Parameters whose features are computed; that takes the time. */
const MAX_READ = 256;
const MAX_ENDPOINTS = 512;
const MAX_NAMES = 64;

/**
 * Which parameters of a request are read and kept where there are more than an event holds: the first and the last of
 * each name that the endpoint is known for, then those that can act as something other than a value. Nobody hides a
 * parameter behind a crowd of others.
 *
 * State: 64 names each of 512 endpoints, the most used.
 */
export class ParameterChoice {
  readonly #known = new FrequentKeys(MAX_ENDPOINTS, () => new FrequentKeys(MAX_NAMES, () => true));

  /**
   * Reads the parameters of a request: at most 64 of them, the stray ones last, and how many were left out; `whole` is
   * false where there were too many to look at.
   */
  read(
    path: string,
    raw: readonly RawParameter[],
    stray: readonly RawParameter[],
    readOne: (parameter: RawParameter) => ReadParameter,
  ): { readonly read: ReadParameter[]; readonly dropped: number; readonly whole: boolean } {
    const looked = this.#toRead(path, raw);
    const kept = this.#toKeep(path, looked.map(readOne)).slice(0, MAX_KEPT - stray.length);
    const dropped = raw.length - kept.length;
    return { read: [...kept, ...stray.map(readOne)], dropped, whole: looked.length === raw.length };
  }

  /** At most 256, in their order. Requests of ordinary size teach the endpoint's names. */
  #toRead(path: string, raw: readonly RawParameter[]): readonly RawParameter[] {
    const names = this.#known.use(path);
    if (raw.length <= MAX_KEPT) {
      for (const { name } of raw) names.use(name);
      return raw;
    }
    if (raw.length <= MAX_READ) return raw;
    const outermost = outermostOf(raw, (name) => names.has(name));
    return best(raw, MAX_READ, (parameter) =>
      outermost.has(parameter) ? 2 : /[^\w\s.-]/.test(parameter.value) ? 1 : 0,
    );
  }

  /** At most 64, in their order. */
  #toKeep(path: string, read: readonly ReadParameter[]): readonly ReadParameter[] {
    if (read.length <= MAX_KEPT) return read;
    const names = this.#known.use(path);
    const outermost = outermostOf(
      read.map(({ raw }) => raw),
      (name) => names.has(name),
    );
    return best(read, MAX_KEPT, ({ raw, feature }) => {
      const acts = (feature.acts ?? []).reduce((highest, { grade }) => Math.max(highest, grade), 0);
      return feature.sql + feature.markup + acts + (outermost.has(raw) ? 8 : 0);
    });
  }
}

/** The first and the last of each name that is known: servers take one or the other. */
function outermostOf(raw: readonly RawParameter[], isKnown: (name: string) => boolean): ReadonlySet<RawParameter> {
  const first = new Map<string, RawParameter>();
  const last = new Map<string, RawParameter>();
  for (const parameter of raw) {
    if (!isKnown(parameter.name)) continue;
    if (!first.has(parameter.name)) first.set(parameter.name, parameter);
    last.set(parameter.name, parameter);
  }
  return new Set([...first.values(), ...last.values()]);
}

/** The `most` of the highest worth, the earlier of equal ones, in their order. */
function best<Item>(items: readonly Item[], most: number, worth: (item: Item) => number): readonly Item[] {
  const ranked = items.map((item, at) => ({ item, at, worth: worth(item) }));
  ranked.sort((a, b) => b.worth - a.worth || a.at - b.at);
  return ranked
    .slice(0, most)
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
