import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

/** A sender's token, by its hash, and the applications that it may speak for. */
const IntakeToken = z.strictObject({
  name: z.string().min(1).max(64),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be the 64 hex digits of the SHA-256 of the token' }),
  applications: z.array(z.string().min(1).max(200)).min(1).max(64),
});
export type IntakeToken = z.infer<typeof IntakeToken>;

const TokenFile = z.strictObject({ tokens: z.array(IntakeToken).max(1_024) });

/** Reads the text of `PLIMSOLL_INTAKE_TOKENS`. Throws `bad-configuration` with what is wrong, never with a hash. */
export function parseIntakeTokens(text: string): readonly IntakeToken[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PlimsollError('bad-configuration', 'is no JSON');
  }
  const parsed = TokenFile.safeParse(value);
  if (parsed.success) return parsed.data.tokens;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new PlimsollError('bad-configuration', problems.join('; '));
}
