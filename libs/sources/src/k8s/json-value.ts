/** Readers of parsed JSON that anybody may have written: each gives the value where it has the form, else undefined. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export function record(value: unknown): JsonRecord | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonRecord) : undefined;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** Text without control characters, cut to `max` UTF-16 units; undefined for anything else and for the empty text. */
export function text(value: unknown, max: number): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  // eslint-disable-next-line no-control-regex -- what is removed are the control characters themselves
  return value.slice(0, max).replace(/[\u0000-\u001f\u007f]/g, '\ufffd');
}

/** The texts of a list: at most `count`, each cut to `max`; anything else in it is passed over. */
export function texts(value: unknown, count: number, max: number): string[] {
  const found: string[] = [];
  for (const entry of list(value)) {
    const word = text(entry, max);
    if (word !== undefined) found.push(word);
    if (found.length === count) break;
  }
  return found;
}

/** The value at a path of keys through records. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    const holder = record(current);
    if (holder === undefined || !Object.hasOwn(holder, key)) return undefined;
    current = holder[key];
  }
  return current;
}
