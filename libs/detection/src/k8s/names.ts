import type { K8sAuditEvent } from '@plimsoll/contracts';

/** Letters and digits of the suffixes that Kubernetes generates: no vowels, none that look alike. */
const GENERATED = /^[bcdfghjklmnpqrstvwxz2456789]{4,10}$/;

/** A cluster's users, namespaces and roles are asked for again and again: those of late are kept. */
const patterns = new Map<string, string>();
const MAX_PATTERNS = 4_096;

/**
 * A name without what changes from one instance to the next: parts that hold a digit, and suffixes that Kubernetes
 * generates, become `#`. `frontend-6f67fffcbd-rgxjc` and `frontend-575d944c78-shpg6` have one pattern, `frontend-#-#`.
 */
export function namePattern(name: string): string {
  const known = patterns.get(name);
  if (known !== undefined) return known;
  const pattern = name.replace(/[^-.:/@]+/g, (part) => (/\d/.test(part) || GENERATED.test(part) ? '#' : part));
  if (patterns.size >= MAX_PATTERNS) patterns.clear();
  patterns.set(name, pattern);
  return pattern;
}

/** The user's name as a pattern: `system:node:node-17` belongs with the other nodes, `preview-123:default` with its kin. */
export function identityPattern(user: string): string {
  return namePattern(user);
}

/** Which kind of identity it is, by nothing that a cluster's owner names: what an identity never seen is scored with. */
export function identityClass(event: Pick<K8sAuditEvent, 'user' | 'credential'>): string {
  const { kind } = event.user;
  return kind === 'service-account' && event.credential?.pod !== undefined ? 'service-account in pod' : kind;
}

/** The service account's own namespace; undefined for other identities. */
export function homeNamespace(user: string): string | undefined {
  const parts = user.split(':');
  return parts[0] === 'system' && parts[1] === 'serviceaccount' ? parts[2] : undefined;
}

/** The network of an address: `/24` of IPv4, `/64` of IPv6; `wide` gives `/16` and `/48`. */
export function networkOf(address: string, wide = false): string {
  const mapped = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(mapped)) {
    const parts = mapped.split('.');
    return parts.slice(0, wide ? 2 : 3).join('.');
  }
  const [head = '', tail] = mapped.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  const full = [...groups, ...Array.from({ length: Math.max(missing, 0) }, () => '0')];
  return full.slice(0, wide ? 3 : 4).join(':');
}
