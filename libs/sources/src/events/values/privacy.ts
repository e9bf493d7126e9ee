import { remembered } from '../../bytes/remembered.js';
import type { SourceContext } from '../../source.js';

export type PrivacyMode = SourceContext['privacy'];

/** Most characters of one value that leave, by mode. */
const LIMIT: Readonly<Record<PrivacyMode, number>> = { strict: 0, balanced: 512, full: 4096 };

/** Names of fields whose values never leave, in any mode. */
const SECRET_NAME =
  /pass|pwd|secret|token|auth|credential|session|sess(?:id|_)|csrf|xsrf|nonce|otp|\bpin\b|cvv|cvc|api[-_]?key|private|signature|\bsig\b|jwt|bearer|cookie|ssn|iban|card|^sid$|^key$|^code$|^state$/i;

/** A text that is a secret by its looks: a token, a key, a hash. Runs are tried from their beginnings alone, which keeps it linear. */
const SECRET_LOOK =
  /eyJ[\w-]{4,}\.[\w-]{4,}(?:\.[\w-]*)?|\b(?:AKIA|ghp_|gho_|xox[abp]-|sk-|pk_|sk_)[\w-]{8,}|\b[0-9a-fA-F]{24,}\b|(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{20,}/g;
const BEARER = /\b(?:bearer|basic|token)\s+[\w.~+/=-]{8,}/gi;
/** `name=value` inside a text, where the name is a secret's. */
const NAMED_SECRET =
  /(?<![\w-])([\w-]*(?:pass(?:word|wd)?|pwd|secret|token|api[-_]?key)[\w-]*)(["']?\s*[=:]\s*["']?)[^\s"'&;,]+/gi;
/** Numbers of persons and cards: social security, IBAN, and any run of nine digits or more with its usual separators. */
const NUMBER_PATTERN =
  /\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){2,7}(?:[ ]?[A-Z0-9]{1,4})?\b|\b\d{3}-\d{2}-\d{4}\b|\d(?:[ .-]?\d){8,}/g;

/** Whether a field of this name holds what must not leave the host. */
export const isSecretName = remembered((name: string): boolean => SECRET_NAME.test(name));

/** Whether a text looks like a key, a token or a hash. */
export function looksSecret(text: string): boolean {
  SECRET_LOOK.lastIndex = 0;
  return SECRET_LOOK.test(text.slice(0, 256));
}

/** A text with what looks like a secret taken out, and, in `balanced`, numbers of persons and cards too. */
export function releasedText(text: string, mode: PrivacyMode): string | undefined {
  return mode === 'strict' ? undefined : safeText(text, mode);
}

const safeText = remembered((text: string, mode: Exclude<PrivacyMode, 'strict'>): string => {
  // Cut with room to spare first, so that a secret at the edge is seen whole, and last to the limit.
  const near = text.slice(0, LIMIT[mode] + 256);
  const safe = near
    .replace(NAMED_SECRET, '$1$2[removed]')
    .replace(BEARER, '[removed]')
    .replace(SECRET_LOOK, '[removed]');
  const masked = mode === 'full' ? safe : safe.replace(NUMBER_PATTERN, '[number]');
  return masked.slice(0, LIMIT[mode]);
});
