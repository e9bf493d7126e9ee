import { z } from 'zod';

/** A JSON object. */
export type Json = Record<string, unknown>;

/**
 * JSON Schemas of one document. What carries a name (`.meta({ id })`) stands once under `components/schemas` and is
 * referred to, so that generated clients have one type for it and not one for each operation.
 */
export class NamedSchemas {
  readonly #named = new Map<string, Json>();

  /** The schema as it stands in an operation. `io`: `input` for what is sent to us, `output` for what we answer. */
  of(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $schema: _, $defs = {}, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    for (const [name, definition] of Object.entries($defs)) this.#name(name, pointed(definition) as Json);
    return pointed(rest) as Json;
  }

  /** All that were named so far, by name. */
  components(): Json {
    return Object.fromEntries([...this.#named].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #name(name: string, definition: Json): void {
    const known = this.#named.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition)) {
      throw new TypeError(`two schemas are called ${name}: what is read and what is answered differ`);
    }
    this.#named.set(name, definition);
  }
}

/** The same schema with references into the document's components. */
function pointed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pointed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? inner.replace('#/$defs/', '#/components/schemas/') : pointed(inner),
    ]),
  );
}
