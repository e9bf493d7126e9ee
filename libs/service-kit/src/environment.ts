import { readFileSync, statSync } from 'node:fs';

import { PlimsollError } from '@plimsoll/contracts';
import type { z } from 'zod';

/** Variables as the process got them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One part of a configuration: the variables it declares, and the value that is made of them. */
export interface Section<T> {
  /** Names of the variables, without the `_FILE` that each of them may carry. */
  readonly variables: readonly string[];
  readonly schema: z.ZodType<T>;
}

/** The sections that make a configuration `T` together, each under its name. */
export type Sections<T> = { readonly [Name in keyof T]: Section<T[Name]> };

/** Largest file that a variable may be read from; certificates and keys are far smaller. */
const MAX_FILE_BYTES = 1_048_576;

/**
 * Reads every section from the environment, once, into one frozen object. Each variable may be given by a file
 * instead (`NAME_FILE=path`), as container platforms hand out secrets; an empty variable counts as unset.
 * Throws `bad-configuration` naming every problem of every section at once, and never a value, which may be a secret.
 */
export function readConfiguration<T extends object>(
  sections: Sections<T>,
  environment: Environment = process.env,
): Readonly<T> {
  const problems: string[] = [];
  const entries = Object.entries<Section<unknown>>(sections).map(([name, section]) => {
    const parsed = section.schema.safeParse(variablesOf(section, environment, problems));
    if (parsed.success) return [name, parsed.data] as const;
    for (const issue of parsed.error.issues) problems.push(`${issue.path.join('.')}: ${issue.message}`);
    return [name, undefined] as const;
  });
  if (problems.length > 0) {
    const count = problems.length === 1 ? '1 setting is wrong' : `${problems.length} settings are wrong`;
    throw new PlimsollError('bad-configuration', [`${count}:`, ...problems.map((one) => `  ${one}`)].join('\n'));
  }
  // Every entry was parsed by its own section's schema, which fromEntries cannot express.
  return deepFreeze(Object.fromEntries(entries) as T);
}

function variablesOf(section: Section<unknown>, environment: Environment, problems: string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const name of section.variables) {
    const given = environment[name] ?? '';
    const path = environment[`${name}_FILE`] ?? '';
    if (given !== '' && path !== '') problems.push(`${name}: given twice, here and by ${name}_FILE`);
    if (given !== '') values[name] = given;
    else if (path !== '') {
      const text = textOf(name, path, problems);
      if (text !== undefined) values[name] = text;
    }
  }
  return values;
}

function textOf(name: string, path: string, problems: string[]): string | undefined {
  try {
    if (statSync(path).size > MAX_FILE_BYTES) {
      problems.push(`${name}_FILE: ${path} is larger than ${MAX_FILE_BYTES} bytes`);
      return undefined;
    }
    return readFileSync(path, 'utf8').trimEnd();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    problems.push(`${name}_FILE: cannot read ${path} (${code})`);
    return undefined;
  }
}

/** Freezes plain objects and lists; what a section made into an instance looks after itself. */
function deepFreeze<T>(value: T): T {
  if (!Array.isArray(value) && !isPlain(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
