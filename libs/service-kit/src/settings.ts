import { z } from 'zod';

import type { Section } from './environment.js';

/** A section over the variables of `shape`; `make` turns them into the value that the service works with. */
export function section<Shape extends z.ZodRawShape, T>(
  shape: Shape,
  make: (variables: z.output<z.ZodObject<Shape>>) => T,
  rules: readonly Rule[] = [],
): Section<T> {
  let object = z.object(shape);
  for (const { path, message, holds } of rules) {
    // `when` lets a rule speak even where single variables are wrong: all problems are told at once.
    object = object.refine((variables) => holds(new Set(Object.keys(variables))), {
      path: [path],
      error: message,
      when: () => true,
    });
  }
  return { variables: Object.keys(shape), schema: object.transform(make) };
}

/** The entries of `values` that are defined: an optional property is left out rather than undefined. */
export function given<T extends Record<string, unknown>>(
  values: T,
): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  // fromEntries forgets which name has which type.
  return Object.fromEntries(entries) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}

/** What must hold between variables, by which of them are given. */
export interface Rule {
  readonly path: string;
  readonly message: string;
  readonly holds: (given: ReadonlySet<string>) => boolean;
}

/** `true` or `false`, in words that people write. */
export const flag = z
  .enum(['true', 'false', '1', '0', 'yes', 'no'], { error: 'must be true or false' })
  .transform((text) => text === 'true' || text === '1' || text === 'yes');

/** A whole number in `[min, max]`. */
export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}$/, { error: message })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error: message });
}

/** A number in `(0, max]`. */
export function positiveNumber(max: number): z.ZodType<number, string> {
  const message = `must be a number over 0, up to ${max}`;
  return z
    .string()
    .regex(/^\d{1,15}(\.\d{1,15})?$/, { error: message })
    .transform(Number)
    .refine((value) => value > 0 && value <= max, { error: message });
}
