/** What servers write between their requests where one output takes both, as in a container. */
const REMARKS: readonly RegExp[] = [
  // nginx: `2026/11/20 10:00:01 [error] 7#7: …`; its image's start-up.
  /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[\w{4,8}\] /,
  /^(?:\/docker-entrypoint\.sh|[\w.-]{1,64}\.(?:sh|envsh)): /,
  // Apache: `[Fri Nov 20 10:00:01.123456 2026] [core:error] …`; `AH00558: …` before it has a log.
  /^\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:.]{8,15} \d{4}\] \[/,
  /^AH\d{5}: /,
  // HAProxy: `[NOTICE]   (7) : …`; Traefik and others: `time="…" level=info`.
  /^\[(?:NOTICE|WARNING|ALERT)\] /,
  /^time="[^"]{10,40}" level=\w{3,8} /,
  // JSON of a logger without a request in it.
  /^\{(?=.{0,2048}"level":\s?"\w{3,8}")(?=.{0,2048}"(?:msg|message)":)/s,
];

/** Whether a line that is no request is a remark of the server: it gives no event by design. */
export function isRemark(line: string): boolean {
  return REMARKS.some((remark) => remark.test(line));
}
