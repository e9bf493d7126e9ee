import { PlimsollError } from '@plimsoll/contracts';
import type { z } from 'zod';

/** Reads a profile's model. The reader throws `bad-profile`, with the first field that differs, where it is not one of `of`. */
export function modelReader<Data>(schema: z.ZodType<Data>, of: string): (model: unknown) => Data {
  return (model) => {
    const parsed = schema.safeParse(model);
    if (parsed.success) return parsed.data;
    throw new PlimsollError('bad-profile', `not a profile of ${of}: ${parsed.error.issues[0]?.path.join('.') ?? ''}`);
  };
}
