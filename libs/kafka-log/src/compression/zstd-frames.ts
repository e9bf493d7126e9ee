import { Decompress } from 'fzstd';

/** Stored bytes given to the decoder at a time: bounds what is unpacked beyond the limit before that is noticed. */
const STEP_BYTES = 1_024;

/** Unpacks Zstandard (RFC 8878) into at most `maxBytes`; throws where it is broken, cut or longer. */
export function unpackZstd(packed: Buffer, maxBytes: number): Buffer {
  if (packed.length === 0) throw new Error('no Zstandard frame begins here');
  const out: Uint8Array[] = [];
  let bytes = 0;
  const engine = new Decompress((chunk) => {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new Error(`it unpacks to more than ${maxBytes} bytes`);
    out.push(chunk);
  });
  for (let at = 0; at < packed.length; at += STEP_BYTES) {
    engine.push(packed.subarray(at, at + STEP_BYTES), at + STEP_BYTES >= packed.length);
  }
  return Buffer.concat(out, bytes);
}
