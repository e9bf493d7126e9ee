import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

/** What a holder may do: each role may do what those before it may. */
export const ROLES = ['viewer', 'analyst', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Who asks. */
export interface Caller {
  readonly name: string;
  readonly role: Role;
  /** `sub` of who signed in at an identity provider, which nobody else is ever given; a name may be changed there. */
  readonly account?: string;
}

/**
 * The file of tokens: names, roles, and SHA-256 of each token in hex. Plimsoll's tokens are 256 random bits, so their
 * hash needs no salt or slow function: there is nothing to guess. The token itself is stored nowhere.
 */
const TokenFile = z.strictObject({
  tokens: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(128),
        role: z.enum(ROLES),
        sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: 'must be 64 hex digits' }),
        /** RFC 3339; without it the token holds until it is taken out. */
        expires: z.iso.datetime().optional(),
      }),
    )
    .max(1_000),
});

const HASH_BYTES = 32;
/** Longest token that is looked at. */
const MAX_TOKEN = 256;

interface Entry extends Caller {
  readonly hash: Buffer;
  readonly expiresMs: number;
}

/** Who holds which token. */
export class AccessTokens {
  /** Private to the language: a frozen configuration can hold it, a log line cannot show it. */
  readonly #entries: readonly Entry[];

  private constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  /** Reads the text of a token file. Throws `bad-configuration` naming what is wrong, never a hash. */
  static parse(text: string): AccessTokens {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new PlimsollError('bad-configuration', 'the token file is not JSON');
    }
    const parsed = TokenFile.safeParse(value);
    if (!parsed.success) {
      const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
      throw new PlimsollError('bad-configuration', `the token file: ${problems.join('; ')}`);
    }
    return new AccessTokens(
      parsed.data.tokens.map(({ name, role, sha256, expires }) => ({
        name,
        role,
        hash: Buffer.from(sha256, 'hex'),
        expiresMs: expires === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(expires),
      })),
    );
  }

  /** Nobody is let in by a token. */
  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** The holder of `token`, or undefined. Takes as long for a wrong token as for a right one. */
  holder(token: string, nowMs: number): Caller | undefined {
    if (token.length > MAX_TOKEN) return undefined;
    return this.holderOfHash(hashOf(token), nowMs);
  }

  /** The holder of the token whose SHA-256 is `hash`, in hex, or undefined. */
  holderOfHash(hash: string, nowMs: number): Caller | undefined {
    const bytes = Buffer.from(hash, 'hex');
    if (bytes.length !== HASH_BYTES) return undefined;
    let found: Entry | undefined;
    for (const entry of this.#entries) if (timingSafeEqual(entry.hash, bytes)) found = entry;
    return found !== undefined && nowMs < found.expiresMs ? { name: found.name, role: found.role } : undefined;
  }
}

/** A new token and the hash that goes into the file. */
export function newToken(): { readonly token: string; readonly sha256: string } {
  const token = `plimsoll_${randomBytes(32).toString('base64url')}`;
  return { token, sha256: hashOf(token) };
}

/** SHA-256 in hex. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
