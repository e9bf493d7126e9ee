import { headerFact, isNamed } from '../../http/header-facts.js';
import type { RawParameter } from './raw-parameter.js';

/** Headers of one request that are looked at; servers stop at 100 or so (Apache, Node by bytes). */
const MAX_HEADERS = 128;
const BASIC = /^basic\s{1,8}([\w+/=-]{4,4096})\s*$/i;
const TOKEN_PARTS = /^bearer\s{1,8}(eyJ[\w-]{4,4096})\.(eyJ[\w-]{4,4096})\./i;

/**
 * The headers that are read as nothing elsewhere and still reach an application: addresses that a proxy is said to have
 * added, a language, a host, a content type, what signs in. Cookies are parameters; the first agent and referer have
 * rules of their own (`StrayValues`). Names in small letters.
 */
export const otherHeaders = headerFact((headers): readonly RawParameter[] => {
  const found: RawParameter[] = [];
  const seen = new Set<string>();
  for (const [given, value] of headers.slice(0, MAX_HEADERS)) {
    if (value === '' || isNamed(given, 'cookie')) continue;
    const name = given.toLowerCase();
    const again = seen.has(name);
    seen.add(name);
    if (!again && (name === 'user-agent' || name === 'referer')) continue;
    found.push({ where: 'header', name, value });
    if (name !== 'authorization') continue;
    for (const text of signedInAs(value)) found.push({ where: 'header', name, value: text });
  }
  return found;
});

/** What an authorization says where it is written in base64: name and password, or head and claims of a token. */
function signedInAs(value: string): string[] {
  const parts = BASIC.exec(value) ?? TOKEN_PARTS.exec(value);
  return (parts ?? []).slice(1).map((part) => Buffer.from(part, 'base64').toString('latin1'));
}
