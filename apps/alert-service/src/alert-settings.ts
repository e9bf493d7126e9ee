import { AccessTokens, parseWebhooks, type WebhookTarget } from '@plimsoll/alert-api';
import { PlimsollError } from '@plimsoll/contracts';
import { given, section } from '@plimsoll/service-kit';
import { z } from 'zod';

/** Who may use the interface, and where alerts are sent on to. */
export interface AlertSettings {
  readonly tokens: AccessTokens;
  readonly webhooks: readonly WebhookTarget[];
  /** Signs browser sessions. */
  readonly sessionKey?: string;
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
    PLIMSOLL_SESSION_KEY: z.string().min(32, { error: 'must have 32 characters or more' }).max(512).optional(),
    PLIMSOLL_WEBHOOKS: z.string().default('{"webhooks":[]}').transform(parsedBy(parseWebhooks)),
  },
  (variables): AlertSettings => ({
    tokens: variables.PLIMSOLL_API_TOKENS,
    webhooks: variables.PLIMSOLL_WEBHOOKS,
    ...given({ sessionKey: variables.PLIMSOLL_SESSION_KEY }),
  }),
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
