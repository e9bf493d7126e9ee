import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

import { ROLES, type Role } from './access-tokens.js';

const Names = z.array(z.string().min(1).max(256)).max(100);

/** How people sign in at an identity provider, and which of them may do what. */
const OidcSettings = z.strictObject({
  /** The provider's address, as its tokens name it; HTTPS, or a loopback address. */
  issuer: z.url().max(2_048),
  client_id: z.string().min(1).max(256),
  client_secret: z.string().min(1).max(1_024),
  /** The console's own address, as browsers see it: the provider sends them back to it. */
  console: z.url().max(2_048),
  scope: z.string().max(1_024).default('openid profile email'),
  /** The claim that names what somebody is: a text or a list of texts, in the ID token. */
  claim: z.string().min(1).max(256).default('groups'),
  /** The values of the claim that give each role; the highest that fits counts. Who has none is not let in. */
  roles: z.strictObject({ viewer: Names.default([]), analyst: Names.default([]), admin: Names.default([]) }),
  /** What the button says. */
  name: z.string().min(1).max(64).default('single sign-on'),
});
export type OidcSettings = z.infer<typeof OidcSettings>;

/** Reads the text of the settings. Throws `bad-configuration` naming what is wrong, never a secret. */
export function parseOidc(text: string): OidcSettings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PlimsollError('bad-configuration', 'the settings of OIDC are not JSON');
  }
  const parsed = OidcSettings.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new PlimsollError('bad-configuration', `the settings of OIDC: ${problems.join('; ')}`);
}

/** The highest role that the claims give; undefined where they give none. */
export function roleOf(claims: Readonly<Record<string, unknown>>, { claim, roles }: OidcSettings): Role | undefined {
  const told: unknown = claims[claim];
  const values: readonly unknown[] = Array.isArray(told) ? told : [told];
  return ROLES.toReversed().find((role) => roles[role].some((name) => values.includes(name)));
}
