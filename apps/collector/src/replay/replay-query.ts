import { SourceKind, Where } from '@plimsoll/contracts';
import { z } from 'zod';

/** What a replayed stream is and where it belongs: the query of `POST /v1/replay`. */
export const ReplayQuery = Where.extend({
  kind: SourceKind,
  /** Names the stream: the same bytes under the same name give the same identities again. */
  stream: z.string().min(1).max(512),
});
export type ReplayQuery = z.infer<typeof ReplayQuery>;
