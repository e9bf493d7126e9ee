/** What passed on the connections of a trace beside whole requests and statements. */
export interface WireCounts {
  /** Requests that a server was sent, and those of them that were not fully seen. */
  requests: number;
  unseenRequests: number;
  /** Requests that passed unseen, or may have: behind bytes that nothing shows, or answered and never recognised. */
  hiddenRequests: number;
  /** Connections that were given up for others while something was under way on them. */
  evicted: number;
  /** Statements on descriptors that nothing shows to be sockets: left out. */
  doubtfulStatements: number;
  /** Connections whose requests cannot be read: TLS that ends inside the traced program. */
  tls: number;
  /** Connections to a database that turned to TLS or compression: their statements cannot be read. */
  hiddenSql: number;
  http2: number;
  /** HTTP/1 connections that went on as something else (WebSocket, a tunnel). */
  upgraded: number;
  /** Connections that speak AJP or uwsgi. */
  gateway: number;
  /** Sockets on which nothing known was spoken. */
  unrecognised: number;
}

export function noWireCounts(): WireCounts {
  return {
    requests: 0,
    unseenRequests: 0,
    hiddenRequests: 0,
    evicted: 0,
    doubtfulStatements: 0,
    tls: 0,
    hiddenSql: 0,
    http2: 0,
    upgraded: 0,
    gateway: 0,
    unrecognised: 0,
  };
}

const UNREAD: readonly (readonly [keyof WireCounts, string])[] = [
  ['tls', 'TLS that ends in the traced program (trace the one behind the proxy that ends it, or read its access log)'],
  [
    'hiddenSql',
    'a database in TLS or compressed (read its log of statements, or let the application reach it in plain text where only this machine is between)',
  ],
  ['http2', 'HTTP/2 (read an access log beside it)'],
  ['gateway', 'AJP or uwsgi (trace the web server before it)'],
  ['upgraded', 'WebSocket or a tunnel (only the application’s own log tells what passes in them)'],
];

/** What passed on connections whose requests nobody sees, and what to do; undefined where nothing did. */
export function wireNotice(counts: WireCounts): string | undefined {
  const found = UNREAD.filter(([name]) => counts[name] > 0).map(([name, words]) => `${counts[name]} of ${words}`);
  return found.length === 0 ? undefined : `requests and statements are not seen on connections: ${found.join('; ')}`;
}
