import { at, list, record, text } from './json-value.js';

/** Pods whose addresses are remembered; the oldest goes first. About 150 bytes each. */
const MAX_PODS = 32_768;

/**
 * Which address each pod has, by what its kubelet reported in a write to the pod's status (levels Request and above).
 * The one fact that joins two identities, the node that reports and the account that calls, so it is told in the
 * event rather than kept by a detector whose state is one user's.
 */
export class PodAddresses {
  readonly #addresses = new Map<string, readonly string[]>();

  /** Takes note of a successful write to `pods/status`. */
  learn(requestBody: unknown, responseBody: unknown, target: { readonly uid: string | undefined }): void {
    for (const body of [requestBody, responseBody]) {
      const uid = text(at(body, 'metadata', 'uid'), 64) ?? target.uid;
      const status = at(body, 'status');
      if (uid === undefined || record(status) === undefined) continue;
      const found = new Set<string>();
      const first = text(at(status, 'podIP'), 64);
      if (first !== undefined) found.add(first);
      for (const entry of list(at(status, 'podIPs')).slice(0, 8)) {
        const address = text(at(entry, 'ip'), 64);
        if (address !== undefined) found.add(address);
      }
      if (found.size > 0) this.#keep(uid, [...found]);
    }
  }

  /** Whether the pod has this address; undefined where no kubelet has said. */
  matches(podUid: string, address: string): boolean | undefined {
    return this.#addresses.get(podUid)?.includes(address);
  }

  #keep(uid: string, addresses: readonly string[]): void {
    this.#addresses.delete(uid);
    this.#addresses.set(uid, addresses);
    if (this.#addresses.size > MAX_PODS) {
      const oldest = this.#addresses.keys().next();
      if (oldest.done !== true) this.#addresses.delete(oldest.value);
    }
  }
}
