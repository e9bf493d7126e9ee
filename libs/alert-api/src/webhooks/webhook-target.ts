import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

import { webhookSigner } from './webhook-signer.js';

/** Where alerts are sent on to. */
export const WebhookTarget = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, { error: 'must be small letters, digits and dashes' }),
  /** A password or token may stand in `headers`, never in the address: addresses are logged. */
  url: z.url({ protocol: /^https?$/ }).refine((url) => new URL(url).password === '' && new URL(url).username === '', {
    error: 'must hold no credentials',
  }),
  /** `cloudevents`: the alert as one JSON CloudEvent. `falco`: as Falco writes alerts, for Falcosidekick. */
  format: z.enum(['cloudevents', 'falco']),
  /** Signs every call; at least 24 characters: `whsec_` and base64, or any text. */
  secret: z.string().min(24).max(512).refine(isSecret, { error: 'must be base64 after whsec_' }).optional(),
  headers: z.record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/), z.string().max(2_048)).default({}),
  minSeverity: z.number().int().min(1).max(6).default(1),
  /**
   * Which changes are sent. Updates of an incident are many; a person needs the first and the last. With `create` goes
   * the update that first makes an incident as severe as `minSeverity`. `watch`: workloads
   * that are heard no more, or again, whatever `minSeverity` says.
   */
  activities: z
    .array(z.enum(['create', 'update', 'close', 'status', 'watch']))
    .min(1)
    .default(['create', 'close', 'status', 'watch']),
  /** Whether suppressed incidents are sent too. */
  suppressed: z.boolean().default(false),
  timeoutMs: z.number().int().min(100).max(60_000).default(10_000),
  /** Calls for one alert before it goes to the dead letters. */
  attempts: z.number().int().min(1).max(20).default(6),
});
export type WebhookTarget = z.infer<typeof WebhookTarget>;

function isSecret(secret: string): boolean {
  try {
    webhookSigner(secret);
    return true;
  } catch {
    return false;
  }
}

const WebhookFile = z.strictObject({ webhooks: z.array(WebhookTarget).max(32) });

/** Reads the text of a webhook file. Throws `bad-configuration` naming what is wrong, never a secret. */
export function parseWebhooks(text: string): readonly WebhookTarget[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PlimsollError('bad-configuration', 'the webhook file is not JSON');
  }
  const parsed = WebhookFile.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new PlimsollError('bad-configuration', `the webhook file: ${problems.join('; ')}`);
  }
  const names = parsed.data.webhooks.map(({ name }) => name);
  if (new Set(names).size < names.length) {
    throw new PlimsollError('bad-configuration', 'the webhook file: two webhooks have one name');
  }
  return parsed.data.webhooks;
}
