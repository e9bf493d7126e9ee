import type { AccessLine } from '../../access-log/access-line.js';

/** Hosts that are counted; further ones are strangers in any case. */
const MAX_HOSTS = 64;
/** Requests that are remembered, to know pages again which a client comes from. */
const MAX_PAGES = 4096;
const MAX_TARGET = 256;
/** A further name of the application is named by at least this share of what the commonest is. */
const LEAST_SHARE = 1 / 16;
/** Referers that told a page of ours before a host is known by its name alone. */
const KNOWN_AFTER = 8;

interface Named {
  referers: number;
  /** Of these, those whose page the same client had asked for here. */
  ours: number;
}

/**
 * The host that a line of an access log was asked for. Combined format does not record it, but most referers of a site
 * are its own pages: the host that most of them name is taken for it. An application may have several names: a host is
 * one of them where most of its referers are pages that the same client had asked for in this log before. Browsers tell
 * other sites' pages as `/` alone, so that a stranger's are not among them.
 */
export class OwnHost {
  readonly #named = new Map<string, Named>();
  readonly #pages = new Set<string>();
  #most: string | undefined;

  of({ host, referer, remote, userAgent, target }: AccessLine): string | undefined {
    if (host !== undefined && host !== '') return host;
    const client = `${remote} ${userAgent.slice(0, MAX_TARGET)} `;
    const [, name, page = ''] = /^https?:\/\/([^/?#]{1,253})([^#]*)/i.exec(referer ?? '') ?? [];
    const ours = page !== '/' && page !== '' && this.#pages.has(client + page);
    this.#remember(client, target);
    if (name === undefined) return this.#most;
    const own = this.#count(name.toLowerCase(), ours);
    return own ? name.toLowerCase() : this.#most;
  }

  /** Whether the host is the application's own, this referer counted in. */
  #count(name: string, ours: boolean): boolean {
    let counts = this.#named.get(name);
    if (counts === undefined) {
      if (this.#named.size >= MAX_HOSTS) return false;
      this.#named.set(name, (counts = { referers: 0, ours: 0 }));
    }
    counts.referers += 1;
    if (ours) counts.ours += 1;
    const most = this.#most === undefined ? 0 : (this.#named.get(this.#most)?.referers ?? 0);
    if (counts.referers > most) this.#most = name;
    const mostly = counts.ours * 2 > counts.referers && counts.referers >= most * LEAST_SHARE;
    return mostly && (ours || counts.ours >= KNOWN_AFTER);
  }

  #remember(client: string, target: string): void {
    if (target.length > MAX_TARGET) return;
    const page = client + target;
    this.#pages.delete(page);
    this.#pages.add(page);
    if (this.#pages.size > MAX_PAGES) for (const oldest of this.#pages) return void this.#pages.delete(oldest);
  }
}
