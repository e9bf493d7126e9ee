import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

type Decoder = (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;

const DECODERS: Readonly<Record<string, readonly Decoder[]>> = {
  gzip: [gunzipSync],
  'x-gzip': [gunzipSync],
  deflate: [inflateSync, inflateRawSync],
  br: [brotliDecompressSync],
};

/**
 * A whole body with its content coding undone; undefined where the coding is none of gzip, deflate and br, the body is
 * damaged, or its decoded form is over `limitBytes`.
 */
export function decodeContent(body: Uint8Array, coding: string, limitBytes: number): Uint8Array | undefined {
  const name = coding.trim().toLowerCase();
  // A header may hold any word: one that every object has is no coding.
  for (const decoder of Object.hasOwn(DECODERS, name) ? DECODERS[name]! : []) {
    const decoded = attempt(decoder, body, limitBytes);
    if (decoded) return decoded;
  }
  return undefined;
}

function attempt(decoder: Decoder, body: Uint8Array, limitBytes: number): Uint8Array | undefined {
  try {
    return decoder(body, { maxOutputLength: limitBytes });
  } catch {
    return undefined;
  }
}
