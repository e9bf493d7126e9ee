import { headerFact } from '../../http/header-facts.js';

/** Headers that a token or key goes in: `Authorization`, `X-Api-Key`, `Private-Token`, `X-Vault-Token`. */
const CARRIES =
  /^(?:authorization|(?:x-)?(?:[a-z]{1,32}-){0,2}(?:api-?key|auth-?key|(?:auth|access|api)-?token|token|secret))$/;
const AGAINST_FORGERY = /csrf|xsrf|nonce|idempotency/;

/** The tokens and keys that a request's headers present, as one text; empty where there are none. */
export const presentedSecret = headerFact((headers): string =>
  headers
    .filter(([given, value]) => {
      const name = given.length > 80 ? '' : given.toLowerCase();
      return value !== '' && CARRIES.test(name) && !AGAINST_FORGERY.test(name);
    })
    .map(([, value]) => value)
    .join('\0'),
);
