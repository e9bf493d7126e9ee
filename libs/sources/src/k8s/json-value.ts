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

/** Levels that no object of Kubernetes comes near. */
const MAX_LEVELS = 512;

/** Whether a value is nested more than 512 levels deep. Walks level by level: no value is too deep for it. */
export function isDeep(value: unknown): boolean {
  let level: unknown[] = typeof value === 'object' && value !== null ? [value] : [];
  for (let depth = 0; depth < MAX_LEVELS; depth++) {
    const next: unknown[] = [];
    for (const holder of level)
      for (const inner of Object.values(holder as object))
        if (typeof inner === 'object' && inner !== null) next.push(inner);
    if (next.length === 0) return false;
    level = next;
  }
  return true;
}

/** Bytes in which a shipper's words before a line's own object must end. */
const MAX_PREFIX = 512;

/** The object or list that a text is, behind whatever a shipper wrote before it; undefined where there is none. */
export function parsedWithin(text: string): unknown {
  const brace = text.slice(0, MAX_PREFIX).search(/[{[]/);
  if (brace < 0) return undefined;
  const whole = parsed(text.slice(brace));
  if (whole !== undefined || text[brace] === '{') return whole;
  // `[pid 7] {…}`: the bracket was not the event's.
  const object = text.slice(0, MAX_PREFIX).indexOf('{');
  return object < 0 ? undefined : parsed(text.slice(object));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON after all: the caller refuses the line.
    return undefined;
  }
}
