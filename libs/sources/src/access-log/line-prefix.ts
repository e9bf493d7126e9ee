/** What stands before a line that a runtime or a shipper handed on, and whether the line goes on in the next. */
export interface Unwrapped {
  readonly line: string;
  /** The runtime cut the line here: the rest follows. */
  readonly partial: boolean;
}

/** Wrappers within wrappers: syslog around Docker's, say. */
const MAX_LAYERS = 3;
const STAMP = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)`;

/** CRI, as the kubelet writes container logs: time, stream, `F` for whole or `P` for partial. */
const CRI = new RegExp(`^${STAMP} (?:stdout|stderr) ([FP])(?::\\S{1,32})? `);
const PREFIXES: readonly RegExp[] = [
  // docker compose logs: `web-1  | `; kubectl logs --prefix: `[pod/web-7d9f/nginx] `.
  /^[\w.-]{1,128} +\| /,
  /^\[pod\/[\w./-]{1,300}\] /,
  // RFC 5424: `<190>1 TIME HOST APP PID MSGID - `.
  new RegExp(`^<\\d{1,3}>1 ${STAMP} \\S{1,255} \\S{1,48} \\S{1,128} \\S{1,32} (?:-|\\[[^\\]]{0,1024}\\]) (?:\\ufeff|\\u00ef\\u00bb\\u00bf)?`),
  // RFC 3164, also with rsyslog's own time: `<190>Nov 20 10:00:01 lb1 nginx[7]: `.
  new RegExp(`^(?:<\\d{1,3}>)?(?:[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d|${STAMP}) (?:\\S{1,255} )?[\\w./-]{1,64}(?:\\[\\d{1,10}\\])?: `),
  // docker logs -t, kubectl logs --timestamps.
  new RegExp(`^${STAMP} (?=\\S)`),
]; // prettier-ignore

/**
 * A line without what container runtimes, `docker compose`, `kubectl` and syslog put before it. Where a format begins
 * with a header that clients choose, they can imitate a prefix, and gain another address by it: what they could have
 * sent in the header anyway.
 */
export function withoutPrefix(text: string): Unwrapped {
  let line = text;
  let partial = false;
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    const cri = CRI.exec(line);
    const found = cri ?? firstOf(line);
    if (!found) break;
    partial ||= cri?.[1] === 'P';
    line = line.slice(found[0].length);
  }
  return { line, partial };
}

function firstOf(line: string): RegExpExecArray | undefined {
  for (const prefix of PREFIXES) {
    const found = prefix.exec(line);
    if (found) return found;
  }
  return undefined;
}
