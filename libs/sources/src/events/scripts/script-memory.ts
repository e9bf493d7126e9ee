import type { ScriptFragment } from '@plimsoll/contracts';

import type { KeyedDigest } from '../values/keyed-digest.js';
import type { ReadParameter } from '../web/parameter-features.js';
import type { LiveMarkup } from './markup.js';
import { isUnread } from './unread-script.js';

type Source = NonNullable<ScriptFragment['from']>;

/** Scripts whose origin is remembered; the oldest go first. */
const MAX_SCRIPTS = 4096;
/** Shorter ones could be told of any page. */
const MIN_TEXT = 4;

/**
 * Which parameter brought a script in: the collector sees it arrive in one session and be served in another, where a
 * detector that scores one session at a time could not join the two. Text that the page escapes is no longer a script in
 * the response, and so is never found here.
 *
 * State: at most 4,096 digests.
 */
export class ScriptMemory {
  readonly #digest: KeyedDigest;
  readonly #sources = new Map<string, Source>();

  constructor(digest: KeyedDigest) {
    this.#digest = digest;
  }

  /** Takes in the scripts of a request's parameters. The first that brought a script stays its source. */
  remember(parameters: readonly ReadParameter[], event: string, timeUs: number): void {
    for (const { feature, live } of parameters) {
      for (const item of live) {
        const key = this.#key(item);
        if (key === undefined) continue;
        // Sent again: it moves to the end of the queue, so that what is in use is kept.
        const source = this.#sources.get(key) ?? {
          event,
          timeUs,
          parameter: feature.name,
          ...(isUnread(item) ? { unread: true as const } : {}),
        };
        this.#sources.delete(key);
        this.#sources.set(key, source);
      }
    }
    for (const key of this.#sources.keys()) {
      if (this.#sources.size <= MAX_SCRIPTS) break;
      this.#sources.delete(key);
    }
  }

  /** Whether any parameter brought a script in so far. */
  get holdsAny(): boolean {
    return this.#sources.size > 0;
  }

  sourceOf(item: LiveMarkup): Source | undefined {
    const key = this.#key(item);
    return key === undefined ? undefined : this.#sources.get(key);
  }

  #key(item: LiveMarkup): string | undefined {
    const text = item.text.trim();
    return text.length < MIN_TEXT ? undefined : this.#digest.of('script text', `${item.kind} ${text}`);
  }
}
