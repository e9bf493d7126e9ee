import {
  AccessTokens,
  parseEvaluation,
  parseOidc,
  parseWebhooks,
  type EvaluationResult,
  type OidcSettings,
  type WebhookTarget,
} from '@plimsoll/alert-api';
import { PlimsollError } from '@plimsoll/contracts';
import { DEFAULT_INCIDENT_LIMITS, type IncidentLimits } from '@plimsoll/incidents';
import { given, section, wholeNumber } from '@plimsoll/service-kit';
import { z } from 'zod';

/** Who may use the interface, and where alerts are sent on to. */
export interface AlertSettings {
  readonly tokens: AccessTokens;
  readonly webhooks: readonly WebhookTarget[];
  /** Signs browser sessions. */
  readonly sessionKey?: string;
  /** What the console's report shows. */
  readonly evaluation?: EvaluationResult;
  /** Where people sign in besides. */
  readonly oidc?: OidcSettings;
  readonly limits: IncidentLimits;
  readonly streamsOfHolder: number;
}

const DAY_MS = 86_400_000;

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
    PLIMSOLL_REPORT: z.string().transform(parsedBy(parseEvaluation)).optional(),
    PLIMSOLL_OIDC: z.string().transform(parsedBy(parseOidc)).optional(),
    PLIMSOLL_INCIDENTS_KEPT: wholeNumber(100, 1_000_000).default(DEFAULT_INCIDENT_LIMITS.maxIncidents),
    PLIMSOLL_INCIDENT_DAYS: wholeNumber(1, 3_650).default(DEFAULT_INCIDENT_LIMITS.retentionMs / DAY_MS),
    PLIMSOLL_STREAMS_OF_HOLDER: wholeNumber(1, 200).default(10),
    PLIMSOLL_WEBHOOKS: z.string().default('{"webhooks":[]}').transform(parsedBy(parseWebhooks)),
  },
  (variables): AlertSettings => ({
    tokens: variables.PLIMSOLL_API_TOKENS,
    webhooks: variables.PLIMSOLL_WEBHOOKS,
    limits: {
      maxIncidents: variables.PLIMSOLL_INCIDENTS_KEPT,
      retentionMs: variables.PLIMSOLL_INCIDENT_DAYS * DAY_MS,
    },
    streamsOfHolder: variables.PLIMSOLL_STREAMS_OF_HOLDER,
    ...given({
      sessionKey: variables.PLIMSOLL_SESSION_KEY,
      evaluation: variables.PLIMSOLL_REPORT,
      oidc: variables.PLIMSOLL_OIDC,
    }),
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
