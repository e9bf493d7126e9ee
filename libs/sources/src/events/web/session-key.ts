import { RecentMap } from '../../bytes/recent-map.js';
import type { KeyedDigest } from '../values/keyed-digest.js';
import { percentDecoded } from '../values/value-decoding.js';
import type { RawParameter } from './raw-parameter.js';

export interface SessionName {
  readonly session: string;
  readonly by: 'cookie' | 'authorization' | 'client' | 'crowd';
  /** Name of the cookie that it came from. */
  readonly cookie: string | undefined;
}

interface CookieRecord {
  /** Times the server set it to a new value. */
  issued: number;
  /** Requests that carried it. */
  carried: number;
  httpOnly: boolean;
}

/** Cookies whose record is kept; an application has a few, an attacker may invent any number. */
const MAX_COOKIES = 64;
/** Values that continue a session under another name, those of the latest requests. */
const MAX_CONTINUED = 20_000;
/** Clients, and sessions that were opened, of the latest requests. */
const MAX_OPENED = 20_000;
/** Sessions that clients of one address and agent may open at once before any shows its own. */
const MOST_UNSHOWN = 3;

/**
 * Finds out which cookie names the session, by what servers do with it: they set it, once a session, to a value that
 * nobody guesses. Where a response replaces the value that its request carried, as Rails and Laravel do with each and
 * others do at a login, the new value continues the session. A cookie that keeps its value names it better than one
 * that is set anew with most requests.
 *
 * A client that opens one session after another and shows none, or shows one after another that nobody was given, is one
 * session, as one that shows none at all.
 *
 * State: at most 64 names, 20,000 values that continue a session, 20,000 clients with what they opened, 20,000 sessions:
 * some 12 MB.
 */
export class SessionKey {
  readonly #digest: KeyedDigest;
  readonly #cookies = new Map<string, CookieRecord>();
  /** By value, as a digest: the session that it continues. */
  readonly #continued = new RecentMap<string, string>(MAX_CONTINUED);

  /** By client: the sessions that were opened for it last. */
  readonly #openedFor = new RecentMap<string, readonly string[]>(MAX_OPENED);
  /** Sessions that were opened, or shown, of late. */
  readonly #known = new RecentMap<string, true>(MAX_OPENED);
  /** Of these, the ones that were not shown since. */
  readonly #unshown = new RecentMap<string, true>(MAX_OPENED);

  constructor(digest: KeyedDigest) {
    this.#digest = digest;
  }

  /** What a response sets: `Set-Cookie` headers. */
  issued(headers: readonly string[]): { name: string; value: string }[] {
    const set: { name: string; value: string }[] = [];
    for (const header of headers.slice(0, 16)) {
      const match = /^\s*([^=;\s]{1,128})=("?)([^;"]*)\2/.exec(header);
      if (!match) continue;
      const [, name = '', , sent = ''] = match;
      const value = percentDecoded(sent, false); // as the cookies of requests are read
      if (!tokenLike(value)) continue;
      const record = this.#record(name);
      if (!record) continue;
      record.issued++;
      record.httpOnly ||= /;\s*httponly/i.test(header);
      set.push({ name, value });
    }
    return set;
  }

  /**
   * The session of a request; `set` is what its response set, for the request that opens a session. An authorization that
   * was `refused` names nobody: what one client tries one after another is one session.
   */
  of(
    cookies: readonly RawParameter[],
    authorization: string | undefined,
    client: string,
    set: readonly { name: string; value: string }[],
    refused = false,
  ): SessionName {
    const candidates = cookies.filter(({ value }) => tokenLike(value));
    for (const { name } of candidates) {
      const record = this.#cookies.get(name);
      if (record) record.carried++;
    }
    const shown = this.#best(candidates);
    if (shown) {
      const session = this.#continuing(shown, set);
      if (this.#isInvented(shown, session)) {
        if (this.#opensAnother(client, session)) return this.ofClient(client);
      } else {
        this.#known.set(session, true);
        this.#unshown.delete(session);
      }
      return { session, by: 'cookie', cookie: shown.name };
    }
    const opened = this.#best(set);
    if (opened && !this.#opensAnother(client, this.#digest.of('session', `${opened.name}=${opened.value}`)))
      return { session: this.#continuing(opened, set), by: 'cookie', cookie: opened.name };
    if (authorization !== undefined && authorization !== '') {
      const { session } = refused ? this.ofClient(client) : { session: this.#digest.of('session', authorization) };
      return { session, by: 'authorization', cookie: undefined };
    }
    return this.ofClient(client);
  }

  /** Whether the server hands out such cookies, and neither gave nor was shown this one: a client can make up any. */
  #isInvented({ name }: { name: string }, session: string): boolean {
    return (this.#cookies.get(name)?.issued ?? 0) > 0 && this.#known.get(session) === undefined;
  }

  /** Whether the client showed none of the last sessions that were new with it; alters what is known of it. */
  #opensAnother(client: string, session: string): boolean {
    const { session: of } = this.ofClient(client);
    const before = this.#openedFor.get(of) ?? [];
    this.#openedFor.set(of, [...before, session].slice(-MOST_UNSHOWN));
    this.#known.set(session, true);
    this.#unshown.set(session, true);
    return before.length === MOST_UNSHOWN && before.every((each) => this.#unshown.get(each) !== undefined);
  }

  /** The session of a request that shows none, or may claim another's: what one client does. */
  ofClient(client: string): SessionName {
    return { session: this.#digest.of('client', client), by: 'client', cookie: undefined };
  }

  /** The session that the cookie's value names or continues; what the response puts in its place continues it too. */
  #continuing(cookie: { name: string; value: string }, set: readonly { name: string; value: string }[]): string {
    const named = this.#digest.of('session', `${cookie.name}=${cookie.value}`);
    const session = this.#continued.get(named) ?? named;
    if (session !== named) this.#continued.set(named, session);
    for (const { name, value } of set) {
      const next = this.#digest.of('session', `${name}=${value}`);
      if (name === cookie.name && next !== named && this.#continued.get(next) === undefined)
        this.#continued.set(next, session);
    }
    return session;
  }

  #best(candidates: readonly { name: string; value: string }[]): { name: string; value: string } | undefined {
    let best: { name: string; value: string } | undefined;
    let bestWorth = 0;
    for (const candidate of candidates) {
      const worth = this.#worth(candidate.name, candidate.value);
      if (worth > bestWorth || (worth === bestWorth && best && candidate.name < best.name)) {
        best = candidate;
        bestWorth = worth;
      }
    }
    return best;
  }

  #worth(name: string, value: string): number {
    const record = this.#cookies.get(name);
    // A token against forgery is no session, and may be shared or rotate.
    if (/csrf|xsrf/i.test(name)) return 0;
    if (!record) return value.length >= 20 ? 1 : 0.5;
    if (record.carried >= 8 && record.issued > record.carried / 2) return 0.1;
    return 2 + (record.httpOnly ? 1 : 0) + (/sess|sid$/i.test(name) ? 0.5 : 0);
  }

  #record(name: string): CookieRecord | undefined {
    const known = this.#cookies.get(name);
    if (known || this.#cookies.size >= MAX_COOKIES) return known;
    const made: CookieRecord = { issued: 0, carried: 0, httpOnly: false };
    this.#cookies.set(name, made);
    return made;
  }
}

/** Sixteen characters or more that are no words: what a server makes up for a session. */
function tokenLike(value: string): boolean {
  return value.length >= 16 && value.length <= 4096 && /^[\w.~+/=%:-]+$/.test(value) && /\d/.test(value);
}
