/** Forms that are met and not read, by what a line of them looks like, with what to do. */
const FOREIGN: readonly (readonly [RegExp, string])[] = [
  [/^% time +seconds +usecs\/call/m, "strace's summary (-c): record without -c"],
  [
    /^type=\w+ msg=audit\(\d\d[/.]\d\d[/.]\d{2,4} /m,
    'records that ausearch -i interpreted: give them raw (ausearch --raw)',
  ],
  [/^NODE,EVENT,DATE,TIME,/m, "ausearch's CSV: give the records raw (ausearch --raw)"],
  [/^At \d\d:\d\d:\d\d \d\d\/\d\d\/\d\d /m, "ausearch's text: give the records raw (ausearch --raw)"],
  [
    /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ audit\[\d+\]: /m,
    "journald's short form, which has no year: journalctl -o short-iso _TRANSPORT=audit, or the daemon's own log",
  ],
  [/^\{"(?:sequence|timestamp)":.{0,200}"messages":\[\{"type":\d{4}/m, "go-audit's JSON: give the audit daemon's log"],
  [/"auditd":\{.{0,400}"data":\{/, "Auditbeat's JSON: give the audit daemon's log"],
  [
    /^#Software: Microsoft|^#Fields: date time /m,
    "an IIS or W3C log: have the server write NCSA's common format, the combined one, or JSON",
  ],
  [
    /^#Version: 1\.0\s+#Fields: date/m,
    "CloudFront's log: convert it to JSON with time, method, path, query and status",
  ],
  [
    /^(?:https?|h2|grpcs?|wss?) \d{4}-\d\d-\d\dT[\d:.]+Z (?:app|net)\//m,
    "an AWS load balancer's log: convert it to JSON with time, method, path, query and status",
  ],
  [/^<\?xml|<AUDIT_RECORD/m, "MySQL's audit log in XML: set audit_log_format=JSON"],
  [/^"?\w+"?,"?\d+_\d{4}-\d\d-\d\dT/m, "Percona's audit log in CSV: set audit_log_format=JSON"],
  [/^# Time: |^# User@Host: /m, "MySQL's slow query log: use the general log or an audit log"],
  [
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? \w+,"/m,
    "PostgreSQL's log in CSV: set log_destination to stderr or jsonlog",
  ],
  [
    /^"?[A-Za-z][\w ()-]{0,40}"?(?:[,;\t]"?[A-Za-z][\w ()-]{0,40}"?){2,64}\s*$/,
    'a table in columns (CSV): convert it to one of the forms below',
  ],
  [/^\s*[[{]\s*$/m, 'JSON over several lines: write one object a line (jq -c .[] or jq -c .)'],
];
/** Packings and containers of bytes, by how they begin. */
const MAGIC: readonly (readonly [string, string])[] = [
  ['fd377a585a00', 'xz: unpack it first (xz -dc FILE | plimsoll …), and give - as PATH'],
  ['425a68', 'bzip2: unpack it first (bzip2 -dc FILE | plimsoll …), and give - as PATH'],
  ['04224d18', 'lz4: unpack it first (lz4 -dc FILE | plimsoll …), and give - as PATH'],
  ['377abcaf271c', '7z: unpack it first'],
  ['d4c3b2a1', 'a capture of packets (pcap), which holds no calls and no log'],
  ['0a0d0d0a', 'a capture of libscap or packets (pcapng): give a .scap file as sysdig-json'],
  ['fffe', 'UTF-16: convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)'],
  ['feff', 'UTF-16: convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)'],
  ['53514c69746520666f726d6174', 'an SQLite database, which is no log'],
  ['7f454c46', 'a program, which is no log'],
  ['4c504b5348485248', "journald's own file: export it (journalctl --file FILE -o short-iso)"],
];

const TAR = 'a tar archive: unpack it (tar -xf FILE), and give the folder';
const BINARY = 'a binary file: check the path';

/** What a source's beginning looks like that no parser reads, and what to do; undefined where it is nothing that is known. */
export function foreignForm(head: Uint8Array): string | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 8_192));
  const magic = bytes.toString('hex', 0, 16);
  const packed = MAGIC.find(([begins]) => magic.startsWith(begins));
  if (packed) return packed[1];
  if (isTar(bytes)) return TAR;
  const text = bytes.toString('latin1');
  return FOREIGN.find(([form]) => form.test(text))?.[1] ?? (bytes.includes(0) ? BINARY : undefined);
}

/** The packing that a source's first bytes say, with what to do: nothing within can be read before. */
export function unreadPacking(head: Uint8Array): string | undefined {
  const magic = Buffer.from(head.subarray(0, 16)).toString('hex');
  return MAGIC.slice(0, 4).find(([begins]) => magic.startsWith(begins))?.[1];
}

/** Bytes that show whether a tar archive begins. */
export const TAR_HEAD_BYTES = 262;

/** What an archive within a packing says: its members' lines could be read, their headers among them. */
export function archiveWithin(head: Uint8Array): string | undefined {
  return isTar(head) ? TAR : undefined;
}

function isTar(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(257, TAR_HEAD_BYTES)).toString('latin1') === 'ustar';
}
