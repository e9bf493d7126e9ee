import { Logger } from '@nestjs/common';
import * as oidc from 'openid-client';

import type { Caller } from './access-tokens.js';
import { roleOf, type OidcSettings } from './oidc-settings.js';

/** What a sign-in that was begun remembers until the browser comes back. */
export interface Begun {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

/** Why somebody was not let in. */
export type Refusal = 'unavailable' | 'refused' | 'no-role';

const CALLBACK = '/api/v1/session/oidc/callback';
const MAX_NAME = 128;
/** Characters of ASCII that a subject has at most (OpenID Connect Core 1.0, section 2). */
const MAX_SUBJECT = 255;

/**
 * Signing in at an OpenID provider, by the authorization code flow with PKCE (RFC 7636), state and nonce. The provider is
 * asked for what it can do when somebody first signs in, so that the service starts while it is away.
 */
export class OidcSignIn {
  #provider: Promise<oidc.Configuration> | undefined;
  readonly #log = new Logger('oidc');

  constructor(private readonly settings: OidcSettings) {}

  get name(): string {
    return this.settings.name;
  }

  /** Where the browser goes, and what to keep for its return. Throws where the provider does not answer. */
  async begin(): Promise<{ readonly location: string; readonly begun: Begun }> {
    const begun = { verifier: oidc.randomPKCECodeVerifier(), state: oidc.randomState(), nonce: oidc.randomNonce() };
    const location = oidc.buildAuthorizationUrl(await this.#configuration(), {
      redirect_uri: this.#address(CALLBACK).href,
      scope: this.settings.scope,
      code_challenge: await oidc.calculatePKCECodeChallenge(begun.verifier),
      code_challenge_method: 'S256',
      state: begun.state,
      nonce: begun.nonce,
    });
    return { location: location.href, begun };
  }

  /** Who came back with `query`, the address's part behind the `?`; or why they are not let in. */
  async finish(query: string, { verifier, state, nonce }: Begun): Promise<Caller | Refusal> {
    let provider: oidc.Configuration;
    try {
      provider = await this.#configuration();
    } catch {
      return 'unavailable';
    }
    let claims: oidc.IDToken | undefined;
    try {
      const tokens = await oidc.authorizationCodeGrant(provider, this.#address(`${CALLBACK}?${query}`), {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      claims = tokens.claims();
    } catch (error) {
      // Whatever the provider or somebody in between sent: none of it is told to the browser.
      this.#log.warn({ reason: reasonOf(error) }, 'a sign-in was refused');
      return 'refused';
    }
    if (claims === undefined) return 'refused';
    const role = roleOf(claims, this.settings);
    return role === undefined ? 'no-role' : { name: nameOf(claims), role, account: claims.sub.slice(0, MAX_SUBJECT) };
  }

  #configuration(): Promise<oidc.Configuration> {
    this.#provider ??= this.#discover().catch((error: unknown) => {
      this.#provider = undefined;
      this.#log.warn({ reason: reasonOf(error) }, 'the identity provider cannot be asked');
      throw error;
    });
    return this.#provider;
  }

  #discover(): Promise<oidc.Configuration> {
    const { issuer, client_id, client_secret } = this.settings;
    const address = new URL(issuer);
    // On this machine nobody is in between; the library refuses plain HTTP anywhere else.
    const local = ['127.0.0.1', 'localhost', '[::1]'].includes(address.hostname);
    return oidc.discovery(
      address,
      client_id,
      client_secret,
      undefined,
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that nobody uses it elsewhere
      local ? { execute: [oidc.allowInsecureRequests] } : {},
    );
  }

  #address(path: string): URL {
    return new URL(path, this.settings.console);
  }
}

/** What the person is called: readable where the provider says so, else its own id. The audit trail has both. */
function nameOf(claims: oidc.IDToken): string {
  const readable = claims['preferred_username'] ?? claims['email'];
  return (typeof readable === 'string' && readable !== '' ? readable : claims.sub).slice(0, MAX_NAME);
}

/** The library's code, OAuth's (`invalid_client`) and the network's: words of a fixed form, never what somebody wrote. */
function reasonOf(error: unknown): string {
  const { code, error: oauth, cause } = Object(error) as { code?: unknown; error?: unknown; cause?: unknown };
  const { code: network } = Object(cause) as { code?: unknown };
  const words = [code, oauth, network].filter((word) => typeof word === 'string' && /^\w{1,64}$/.test(word));
  return words.length === 0 ? 'unknown' : words.join(', ');
}
