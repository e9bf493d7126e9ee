import { z } from 'zod';

/** Where something was observed. Profiles belong to workloads, windows to containers, incidents to applications. */
export const Where = z.object({
  application: z.string().min(1).max(256),
  workload: z.string().min(1).max(256),
  container: z.string().min(1).max(256),
});
export type Where = z.infer<typeof Where>;
