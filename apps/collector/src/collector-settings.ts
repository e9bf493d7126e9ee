import { SourceKind, Where } from '@plimsoll/contracts';
import { flag, given, section, type Section } from '@plimsoll/service-kit';
import type { SourceContext } from '@plimsoll/sources';
import { z } from 'zod';

/** A file (or `-` for standard input) that the collector reads to its end when it starts. */
const ConfiguredSource = Where.extend({
  kind: SourceKind,
  path: z.string().min(1).max(4096),
  /** Names the stream; the path where left out. */
  stream: z.string().min(1).max(512).optional(),
});
export type ConfiguredSource = z.infer<typeof ConfiguredSource>;

export interface CollectorSettings {
  /** What of values leaves the host, and what keys their digests; see docs/privacy.md. */
  readonly privacy: Pick<SourceContext, 'privacy' | 'digestKey'>;
  readonly sources: readonly ConfiguredSource[];
  /** Whether recordings may be replayed over HTTP; whoever reaches the port may then publish. */
  readonly replay: boolean;
}

const sources = z
  .string()
  .transform((text, context) => {
    const parsed = ConfiguredSource.array().max(256).safeParse(jsonOf(text));
    if (parsed.success) return parsed.data;
    const where = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'value'}: ${message}`);
    context.addIssue({ code: 'custom', message: `is not a JSON list of sources (${where.join('; ')})` });
    return z.NEVER;
  })
  .default([]);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const collectorSettings: Section<CollectorSettings> = section(
  {
    PLIMSOLL_PRIVACY: z
      .enum(['strict', 'balanced', 'full'], { error: 'must be strict, balanced or full' })
      .default('balanced'),
    PLIMSOLL_DIGEST_KEY: z.string().min(16, { error: 'must have 16 characters or more' }).max(1_024).optional(),
    PLIMSOLL_SOURCES: sources,
    PLIMSOLL_REPLAY: flag.default(false),
  },
  (values) => ({
    privacy: { privacy: values.PLIMSOLL_PRIVACY, ...given({ digestKey: values.PLIMSOLL_DIGEST_KEY }) },
    sources: values.PLIMSOLL_SOURCES,
    replay: values.PLIMSOLL_REPLAY,
  }),
);
