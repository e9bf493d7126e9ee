import { AccessTokens, parseWebhooks, type WebhookTarget } from '@plimsoll/alert-api';
import { PlimsollError } from '@plimsoll/contracts';
import { section } from '@plimsoll/service-kit';
import { z } from 'zod';

/** Who may use the interface, and where alerts are sent on to. */
export interface AlertSettings {
  readonly tokens: AccessTokens;
  readonly webhooks: readonly WebhookTarget[];
}

/**
 * `PLIMSOLL_API_TOKENS` and `PLIMSOLL_WEBHOOKS`: JSON texts, commonly given as files (`…_FILE`). Without tokens nobody
 * is let in; without webhooks nothing is sent.
 */
export const alertSettings = section(
  {
    PLIMSOLL_API_TOKENS: z
      .string()
      .default('{"tokens":[]}')
      .transform(parsedBy((text) => AccessTokens.parse(text))),
    PLIMSOLL_WEBHOOKS: z.string().default('{"webhooks":[]}').transform(parsedBy(parseWebhooks)),
  },
  (given): AlertSettings => ({ tokens: given.PLIMSOLL_API_TOKENS, webhooks: given.PLIMSOLL_WEBHOOKS }),
);

/** A parser that throws, as a step of a schema: its words become the problem that the start tells. */
function parsedBy<T>(parse: (text: string) => T) {
  return (text: string, context: z.RefinementCtx): T => {
    try {
      return parse(text);
    } catch (error) {
      const message = error instanceof PlimsollError ? error.message : 'cannot be read';
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    }
  };
}
