import type { AccessLine } from '../../access-log/access-line.js';

/** Hosts that are counted; further ones are strangers in any case. */
const MAX_HOSTS = 64;

/**
 * The host that an access log belongs to. Combined format does not record it, but most referers of a site are its own
 * pages: the host that most of them name is taken for it.
 */
export class OwnHost {
  readonly #named = new Map<string, number>();
  #own: string | undefined;

  of({ host, referer }: AccessLine): string | undefined {
    if (host !== undefined && host !== '') return host;
    const named = /^https?:\/\/([^/?#]{1,253})/i.exec(referer ?? '')?.[1]?.toLowerCase();
    if (named !== undefined && (this.#named.has(named) || this.#named.size < MAX_HOSTS)) {
      const count = (this.#named.get(named) ?? 0) + 1;
      this.#named.set(named, count);
      if (count > (this.#own === undefined ? 0 : (this.#named.get(this.#own) ?? 0))) this.#own = named;
    }
    return this.#own;
  }
}
