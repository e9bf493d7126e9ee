import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

/** `hits` of `of`, with a 95 % interval. */
const Proportion = z.object({
  hits: z.number(),
  of: z.number(),
  share: z.number(),
  low: z.number(),
  high: z.number(),
});

/** What the console shows of the report that `plimsoll evaluate --json` writes; the rest of it is passed over. */
export const EvaluationResult = z
  .object({
    schema: z.literal(1),
    falseAlertsPerDay: z.number(),
    applications: z.array(z.string()).max(1_000),
    hours: z.number(),
    messages: z.number(),
    views: z
      .array(
        z.object({
          view: z.string(),
          recall: Proportion,
          precision: Proportion,
          f1: z.number(),
          f1Low: z.number(),
          f1High: z.number(),
          named: Proportion,
          coincidence: Proportion,
          falseAlerts: z.object({ amongAttacks: z.number(), inBenign: z.number(), perHour: z.number() }),
          kinds: z.array(z.object({ path: z.string(), kind: z.string(), recall: Proportion })).max(1_000),
        }),
      )
      .max(100),
    curve: z.array(z.object({ pValue: z.number(), recall: z.number(), falseAlertsPerHour: z.number() })).max(1_000),
  })
  .meta({ id: 'Evaluation' });
export type EvaluationResult = z.infer<typeof EvaluationResult>;

/** Reads the text of a report. Throws `bad-configuration` naming what is wrong. */
export function parseEvaluation(text: string): EvaluationResult {
  try {
    return EvaluationResult.parse(JSON.parse(text));
  } catch (cause) {
    const [issue] = cause instanceof z.ZodError ? cause.issues : [];
    const what = issue === undefined ? 'is not JSON' : `${issue.path.join('.')}: ${issue.message}`;
    throw new PlimsollError('bad-configuration', `the report: ${what}; plimsoll evaluate --json writes one`, { cause });
  }
}
