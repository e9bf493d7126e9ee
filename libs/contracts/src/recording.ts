import { z } from 'zod';

import { AttackPath } from './verdict.js';

/** Formats that a source may have. */
export const SourceKind = z.enum([
  'strace',
  'sysdig',
  'sysdig-json',
  'hids-docker',
  'lid-ds',
  'adfa-ld',
  'auditd',
  'tetragon',
  'k8s-audit',
  'access-log',
  'sql-log',
]);
export type SourceKind = z.infer<typeof SourceKind>;

export const LabelledAttack = z.object({
  path: AttackPath,
  kind: z.string().min(1),
  severity: z.number().int().min(0).max(6).optional(),
  /** RFC 3339; left out where the whole trace is labelled. */
  start: z.string().optional(),
  end: z.string().optional(),
});
export type LabelledAttack = z.infer<typeof LabelledAttack>;

/** Where a file lies, below the recording's own folder: neither absolute nor beyond it. */
const SourcePath = z
  .string()
  .min(1)
  .refine(
    (path) =>
      !/^(?:[\\/]|[A-Za-z]:)/.test(path) && !path.split(/[\\/]/).includes('..') && !path.includes('\0') && path !== '-',
    {
      message: 'a file lies within the folder of its recording: give a path below it, without ..',
    },
  );

/** `recording.json`: the labelled unit of demonstrations, tests and evaluation. */
export const Recording = z.object({
  application: z.string().min(1),
  episode: z.string().min(1),
  split: z.enum(['learn', 'calibrate', 'test']).optional(),
  sources: z.array(z.object({ workload: z.string().min(1), kind: SourceKind, path: SourcePath })).min(1),
  /** What was to be done, as the recorder drew it from its seed: hashed into an evaluation's manifest, never read. */
  plan: SourcePath.optional(),
  /** Empty for a benign episode. */
  attacks: z.array(LabelledAttack),
});
export type Recording = z.infer<typeof Recording>;
