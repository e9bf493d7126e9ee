import { Webhook } from 'standardwebhooks';

/**
 * The headers that prove a call, as standardwebhooks.com has them, signed by its own library. The id is the alert's, so
 * a reader that keeps ids recognises a repetition.
 */
export function signedHeaders(
  id: string,
  timestampS: number,
  body: string,
  secret: string | undefined,
): Record<string, string> {
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestampS) };
  if (secret === undefined) return headers;
  return { ...headers, 'webhook-signature': webhookSigner(secret).sign(id, new Date(timestampS * 1_000), body) };
}

/**
 * A secret as receivers give it to the library: `whsec_` and base64, or base64 alone. One that the library does not
 * take, because it is no base64, stands for its own bytes (`new Webhook(secret, { format: 'raw' })` verifies it). Throws
 * where what follows `whsec_` is no base64.
 */
export function webhookSigner(secret: string): Webhook {
  try {
    return new Webhook(secret);
  } catch (error) {
    if (secret.startsWith('whsec_')) throw error;
    return new Webhook(new TextEncoder().encode(secret), { format: 'raw' });
  }
}
