import type { z } from 'zod';

/** Whether a value that JSON gave is what its schema makes of it, but for the order of fields; false where that is not sure. */
export type PlainCheck = (value: unknown) => boolean;

interface Field {
  readonly required: 0 | 1;
  readonly check: PlainCheck;
}

/** What is read of a schema's definition: zod's own description of itself, of which only plain parts are known here. */
interface Definition {
  readonly type: string;
  readonly check?: string;
  readonly checks?: readonly { readonly _zod: { readonly def: Bound } }[];
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly catchall?: unknown;
  readonly innerType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly discriminator?: string;
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
}

interface Bound {
  readonly check: string;
  readonly format?: string;
  readonly value?: number;
  readonly inclusive?: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
}

const SINGLE: ReadonlySet<string> = new Set(['string', 'number', 'boolean', 'literal', 'enum']);

/**
 * The schema as a check that copies nothing: of messages that are right, as nearly all are, a tenth of what parsing them
 * costs. It says no to a field that the schema has not, which parsing would take out. Undefined where the schema has parts
 * that alter values, or that are not known here: then only the schema itself can tell.
 */
export function plainCheck(schema: z.core.$ZodType): PlainCheck | undefined {
  const of = schema._zod.def as unknown as Definition;
  // A format (`z.email()`, `z.int()`) is type and check in one.
  if (of.check !== undefined) return undefined;
  switch (of.type) {
    case 'string':
      return stringCheck(of);
    case 'number':
      return numberCheck(of);
    case 'boolean':
      return (of.checks ?? []).length > 0 ? undefined : (value) => typeof value === 'boolean';
    case 'literal':
      return oneOf(of.values ?? []);
    case 'enum':
      return oneOf(Object.values(of.entries ?? {}));
    case 'array':
      return arrayCheck(of);
    case 'object':
      return objectCheck(of);
    case 'union':
      return unionCheck(of);
    default:
      return undefined;
  }
}

/** All bounds of a value as one: of a length, or of a number. What is not bounded has the widest. */
interface Bounds {
  readonly integer: boolean;
  /** The value may be these. */
  readonly least: number;
  readonly most: number;
  /** It lies between these and is neither. */
  readonly above: number;
  readonly below: number;
}

const UNBOUNDED: Bounds = { integer: false, least: -Infinity, most: Infinity, above: -Infinity, below: Infinity };

/** One check for all bounds: a field costs one call. Undefined where a bound is not known here. */
function boundsOf({ checks = [] }: Definition): Bounds | undefined {
  let bounds: Bounds | undefined = UNBOUNDED;
  for (const { _zod } of checks) bounds = bounds && within(bounds, _zod.def);
  return bounds;
}

function within(
  bounds: Bounds,
  { check, format, value = NaN, inclusive, minimum = NaN, maximum = NaN }: Bound,
): Bounds | undefined {
  switch (check) {
    case 'max_length':
      return { ...bounds, most: Math.min(bounds.most, maximum) };
    case 'min_length':
      return { ...bounds, least: Math.max(bounds.least, minimum) };
    case 'greater_than':
      return inclusive === true
        ? { ...bounds, least: Math.max(bounds.least, value) }
        : { ...bounds, above: Math.max(bounds.above, value) };
    case 'less_than':
      return inclusive === true
        ? { ...bounds, most: Math.min(bounds.most, value) }
        : { ...bounds, below: Math.min(bounds.below, value) };
    case 'number_format':
      return format === 'safeint' ? { ...bounds, integer: true } : undefined;
    default:
      return undefined;
  }
}

function stringCheck(of: Definition): PlainCheck | undefined {
  const bounds = boundsOf(of);
  if (bounds === undefined) return undefined;
  const { least, most } = bounds;
  return (value) => typeof value === 'string' && value.length >= least && value.length <= most;
}

function numberCheck(of: Definition): PlainCheck | undefined {
  const bounds = boundsOf(of);
  if (bounds === undefined) return undefined;
  const { integer, least, most, above, below } = bounds;
  return (value) =>
    typeof value === 'number' &&
    (integer ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
    value >= least &&
    value <= most &&
    value > above &&
    value < below;
}

function oneOf(values: readonly unknown[]): PlainCheck {
  const [only] = values;
  if (values.length === 1) return (value) => value === only;
  const known = new Set(values);
  return (value) => known.has(value);
}

function arrayCheck(of: Definition): PlainCheck | undefined {
  const element = of.element && plainCheck(of.element);
  const bounds = boundsOf(of);
  if (element === undefined || bounds === undefined) return undefined;
  const { least, most } = bounds;
  return (value) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) return false;
    for (const item of value as unknown[]) if (!element(item)) return false;
    return true;
  };
}

function objectCheck({ shape = {}, catchall, checks = [] }: Definition): PlainCheck | undefined {
  if (catchall !== undefined || checks.length > 0) return undefined;
  const fields = new Map<string, Field>();
  let required = 0;
  for (const [name, schema] of Object.entries(shape)) {
    const { type, innerType } = schema._zod.def as unknown as Definition;
    const optional = type === 'optional' && innerType !== undefined;
    const check = plainCheck(optional ? innerType : schema);
    if (check === undefined) return undefined;
    fields.set(name, { required: optional ? 0 : 1, check });
    required += optional ? 0 : 1;
  }
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    let found = 0;
    for (const name in value) {
      const field = fields.get(name);
      if (field === undefined || !field.check((value as Record<string, unknown>)[name])) return false;
      found += field.required;
    }
    return found === required;
  };
}

function unionCheck({ options = [], discriminator }: Definition): PlainCheck | undefined {
  const checks = options.map(plainCheck);
  if (checks.includes(undefined)) return undefined;
  const known = checks as PlainCheck[];
  if (discriminator === undefined) {
    // Of several objects the schema takes the first that fits with what is too much taken out.
    const single = options.every(({ _zod }) => SINGLE.has(_zod.def.type));
    return single ? (value) => known.some((check) => check(value)) : undefined;
  }
  const byName = new Map<unknown, PlainCheck>();
  for (const [i, option] of options.entries()) {
    const named = (option._zod.def as unknown as Definition).shape?.[discriminator];
    for (const name of (named?._zod.def as unknown as Definition | undefined)?.values ?? [])
      byName.set(name, known[i]!);
  }
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    const check = byName.get((value as Record<string, unknown>)[discriminator]);
    return check !== undefined && check(value);
  };
}
