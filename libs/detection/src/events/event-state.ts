import { PlimsollError } from '@plimsoll/contracts';
import { z } from 'zod';

/**
 * States of a detector of events as bytes: JSON with the version first. `decode` throws `unknown-version`; `words` say
 * what the state is of. `start` gives the order of the properties, so that equal states have equal bytes.
 */
export function stateCodec<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  version: number,
  words: string,
  start: () => z.infer<z.ZodObject<Shape>>,
) {
  type State = z.infer<z.ZodObject<Shape>>;
  const envelope = z.object({ version: z.literal(version) });
  return {
    encode: (state: State): Uint8Array => Buffer.from(JSON.stringify({ version, ...state })),
    decode(bytes: Uint8Array): State {
      let value: unknown;
      try {
        value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
      } catch (cause) {
        throw new PlimsollError('unknown-version', `the state of ${words} is not readable`, { cause });
      }
      const parsed = schema.safeParse(value);
      if (!envelope.safeParse(value).success || !parsed.success)
        throw new PlimsollError('unknown-version', `the state of ${words} has another form`);
      return { ...start(), ...parsed.data };
    },
  };
}
