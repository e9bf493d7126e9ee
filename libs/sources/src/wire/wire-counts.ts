/** What passed on the connections of a trace beside whole requests and statements. */
export interface WireCounts {
  /** Requests that a server was sent, and those of them that were not fully seen. */
  requests: number;
  unseenRequests: number;
  /** Responses to what was not recognised as a request. */
  unmatchedResponses: number;
  /** Connections that were given up for others while something was under way on them. */
  evicted: number;
  /** Statements on descriptors that nothing shows to be sockets: left out. */
  doubtfulStatements: number;
  /** Connections whose requests cannot be read: TLS that ends inside the traced program. */
  tls: number;
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
    unmatchedResponses: 0,
    evicted: 0,
    doubtfulStatements: 0,
    tls: 0,
    http2: 0,
    upgraded: 0,
    gateway: 0,
    unrecognised: 0,
  };
}
