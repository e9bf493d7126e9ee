import { Buffer } from 'node:buffer';

/** Whom a certificate request names: its CommonName is a user, its Organizations are groups. */
export interface RequestSubject {
  readonly commonName: string | undefined;
  readonly organizations: readonly string[];
}

const MAX_ENCODED = 32_768;
const MAX_CHILDREN = 64;
const MAX_NAME = 256;
const SEQUENCE = 0x30;
const SET = 0x31;
const OBJECT_ID = 0x06;
const BMP_STRING = 0x1e;
const COMMON_NAME = '550403';
const ORGANIZATION = '55040a';

/** An element of DER: its content lies in `[from, to)`. */
interface Element {
  readonly tag: number;
  readonly from: number;
  readonly to: number;
}

/**
 * The subject of `spec.request`: PKCS #10 (RFC 2986) in PEM in base64. Undefined for anything else, and over 32 KiB. The
 * walk goes as deep as the subject lies and no further, over 64 elements of a level at most; nothing is verified.
 */
export function requestSubject(encoded: unknown): RequestSubject | undefined {
  if (typeof encoded !== 'string' || encoded.length > MAX_ENCODED) return undefined;
  const pem = Buffer.from(encoded, 'base64').toString('latin1');
  const body = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([^-]*)-----END/.exec(pem)?.[1];
  if (body === undefined) return undefined;
  const der = Buffer.from(body, 'base64');
  const [request] = children(der, { tag: SEQUENCE, from: 0, to: der.length });
  const [info] = request?.tag === SEQUENCE ? children(der, request) : [];
  const name = info?.tag === SEQUENCE ? children(der, info)[1] : undefined;
  return name?.tag === SEQUENCE ? subjectOf(der, name) : undefined;
}

function subjectOf(der: Buffer, name: Element): RequestSubject {
  let commonName: string | undefined;
  const organizations: string[] = [];
  for (const attributes of children(der, name)) {
    if (attributes.tag !== SET) continue;
    for (const attribute of children(der, attributes)) {
      const [type, value] = children(der, attribute);
      if (type?.tag !== OBJECT_ID || value === undefined) continue;
      const id = der.toString('hex', type.from, type.to);
      // The last one counts, as in Go's crypto/x509.
      if (id === COMMON_NAME) commonName = stringOf(der, value);
      if (id === ORGANIZATION && organizations.length < MAX_CHILDREN) organizations.push(stringOf(der, value));
    }
  }
  return { commonName, organizations };
}

function stringOf(der: Buffer, { tag, from, to }: Element): string {
  const bytes = der.subarray(from, Math.min(to, from + MAX_NAME));
  if (tag !== BMP_STRING) return bytes.toString('utf8');
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString('utf16le');
}

/** The elements within another, as far as they are whole. */
function children(der: Buffer, parent: Element): Element[] {
  const found: Element[] = [];
  let at = parent.from;
  while (at < parent.to && found.length < MAX_CHILDREN) {
    const element = elementAt(der, at, parent.to);
    if (element === undefined) break;
    found.push(element);
    at = element.to;
  }
  return found;
}

function elementAt(der: Buffer, at: number, end: number): Element | undefined {
  if (at + 2 > end) return undefined;
  const short = der[at + 1]!;
  const more = short < 0x80 ? 0 : short & 0x7f;
  const from = at + 2 + more;
  // Indefinite lengths are no DER, and a request is no longer than three bytes can say.
  if (short === 0x80 || more > 3 || from > end) return undefined;
  const length = more === 0 ? short : der.readUIntBE(at + 2, more);
  return from + length > end ? undefined : { tag: der[at]!, from, to: from + length };
}
