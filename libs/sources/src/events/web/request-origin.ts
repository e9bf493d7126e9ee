import type { OriginRelation } from '@plimsoll/contracts';
import { getDomain } from 'tldts';

import { remembered } from '../../bytes/remembered.js';
import { requestPath } from './request-path.js';

/**
 * How what an Origin or Referer header names stands to the host that is asked. The scheme is not compared, a proxy may
 * change it; of ports only two that are both told and differ: a proxy may drop one, but another port of a host is another
 * origin of its site, where a browser's SameSite protects nothing.
 */
export function originRelation(header: string | undefined, host: string | undefined): OriginRelation {
  if (header === undefined || header === '' || header === '-') return 'absent';
  if (header === 'null') return 'null';
  if (host === undefined || host.includes('\n')) return relationOf(header, host);
  return rememberedRelation(`${header}\n${host}`);
}

/** Of a header, and the host that is asked on a line of its own behind it. */
const rememberedRelation = remembered((text: string): OriginRelation => {
  const feed = text.lastIndexOf('\n');
  return relationOf(text.slice(0, feed), text.slice(feed + 1));
});

function relationOf(header: string, host: string | undefined): OriginRelation {
  const named = hostOf(header);
  if (named === undefined || host === undefined || host === '') return named === undefined ? 'null' : 'foreign';
  const asked = host.toLowerCase();
  if (named === asked) return 'same';
  if (withoutPort(named) === withoutPort(asked)) return hasPort(named) && hasPort(asked) ? 'same-site' : 'same';
  return site(named) === site(asked) ? 'same-site' : 'foreign';
}

/** The path of a referer in the form that events give paths, or undefined where it has none. */
export function refererPath(header: string | undefined): string | undefined {
  return header === undefined ? undefined : pathOf(header);
}

const pathOf = remembered((url: string): string | undefined => {
  const match = /^https?:\/\/[^/?#]*([^?#]*)/i.exec(url);
  return match ? requestPath(match[1] === '' ? '/' : (match[1] ?? '/')).path : undefined;
});

/** Where a redirect leads, in the form that events give paths; undefined where it leads to no page. */
export function redirectPath(location: string): string | undefined {
  if (!location.startsWith('/') || location.startsWith('//')) return refererPath(location);
  return requestPath(location.replace(/[?#].*$/s, '')).path;
}

const NO_HOST = 'http://none.invalid';

/**
 * A redirect's address as a path with its query where it is relative to the one that was asked for: `index.php?page=login`,
 * `../list`, `?sent=1`. Others stay as they are.
 */
export function fromTarget(location: string, target: string): string {
  if (/^[a-z][a-z0-9+.-]*:|^\//i.test(location)) return location;
  try {
    const { pathname, search } = new URL(location, `${NO_HOST}${target.startsWith('/') ? target : '/'}`);
    return `${pathname}${search}`;
  } catch {
    return location;
  }
}

/** The origin that a header names, its port with it: a page of the same site is told by it. */
export function hostNamed(header: string | undefined): string | undefined {
  return hostOf(header ?? '');
}

/**
 * The site that an Origin or Referer names: the registrable domain of a name, all ports of it. On an address or a bare name
 * (`localhost`, a service's) each port is a site of its own: it may be anybody's program, and nothing ties it to the others.
 */
export function siteOf(header: string | undefined): string | undefined {
  const host = hostOf(header ?? '');
  return host === undefined ? undefined : (domainOf(withoutPort(host)) ?? host);
}

function hostOf(url: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]+)/i.exec(url)?.[1]?.toLowerCase();
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}

function hasPort(host: string): boolean {
  return /:\d+$/.test(host);
}

/** The name of a host as it is learned: in lower case, without port. */
export function hostName(host: string): string {
  return withoutPort(host.toLowerCase());
}

/**
 * The registrable domain by the public suffix list, private suffixes with it: `a.example.co.uk` and `b.example.co.uk` are
 * one site, `a.github.io` and `b.github.io` two. An address or a bare name is its own.
 */
function site(host: string): string {
  const name = withoutPort(host);
  return domainOf(name) ?? name;
}

function domainOf(name: string): string | undefined {
  return getDomain(name, { allowPrivateDomains: true }) ?? undefined;
}
