import { PlimsollError, SourceKind } from '@plimsoll/contracts';
import { parse } from 'yaml';
import { z } from 'zod';

import { ContainerRule } from './container-rules.js';

const Name = z.string().min(1).max(256);
/** A program and its arguments; no shell reads them. */
const Command = z.array(z.string().max(4_096)).min(1).max(256);

/** One thing that is watched: a log that grows, processes that strace is attached to, or a program. */
export const Target = z
  .object({
    /** Names the target among the others, and its stream. */
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/),
    application: Name.optional(),
    workload: Name,
    /** Default: the target's name. */
    container: Name.optional(),
    kind: SourceKind.default('strace'),
    /** A file to follow. */
    path: z.string().min(1).max(4_096).optional(),
    /** Of the file, whether what is in it already is read. Default true. */
    fromStart: z.boolean().optional(),
    /** Processes to attach to, or a program to start under the trace; it is started again when it ends. */
    attach: z
      .union([
        z.object({ pid: z.number().int().positive() }).strict(),
        z.object({ container: Name }).strict(),
        z.object({ command: Command }).strict(),
      ])
      .optional(),
    /** A program that tells what it sees on its standard output: `[sysdig, -j, -pc]`. */
    run: Command.optional(),
    /** Of the processes, the calls that are traced: `data` for those that requests and statements need. Default all. */
    calls: z.union([z.literal('data'), z.array(z.string().max(32)).min(1).max(512)]).optional(),
  })
  .strict()
  .refine(({ path, attach, run }) => [path, attach, run].filter((one) => one !== undefined).length === 1, {
    error: 'needs one of `path`, `attach` and `run`',
  })
  .refine(({ attach, kind }) => attach === undefined || kind === 'strace', { error: '`attach` is of the kind strace' })
  .refine(({ attach, calls }) => attach !== undefined || calls === undefined, { error: '`calls` goes with `attach`' });
export type Target = z.infer<typeof Target>;

/** What the collector watches on this host, and whose the containers are that it meets. */
export const Targets = z
  .object({
    /** Where nothing else says. */
    application: Name.default('unassigned'),
    targets: z.array(Target).max(1_024).default([]),
    containers: z.array(ContainerRule).max(1_024).default([]),
  })
  .strict()
  .refine(({ targets }) => new Set(targets.map(({ name }) => name)).size === targets.length, {
    error: 'two targets have one name',
  });
export type Targets = z.infer<typeof Targets>;

/** Largest file of targets. */
const MAX_BYTES = 1_048_576;

/** The targets in a YAML or JSON text. Throws `bad-configuration` with every problem at once. */
export function parseTargets(text: string, what: string): Targets {
  if (text.length > MAX_BYTES) throw new PlimsollError('bad-configuration', `${what}: larger than ${MAX_BYTES} bytes`);
  let content: unknown;
  try {
    content = parse(text, { maxAliasCount: 100 });
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
    throw new PlimsollError('bad-configuration', `${what}: is no YAML (${why})`, { cause });
  }
  const parsed = Targets.safeParse(content ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`);
  throw new PlimsollError('bad-configuration', `${what}: ${problems.join('; ')}`);
}
