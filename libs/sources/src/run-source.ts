import type { SourceItem, SourceKind } from '@plimsoll/contracts';

import { programOutput } from './input/program-output.js';
import { openParser } from './kinds.js';
import type { SourceContext } from './source.js';

/** What a program tells on its standard output, in a form that has a parser: `sysdig -j -pc`, `tetra getevents -o json`. */
export async function* runSource(
  kind: SourceKind,
  command: readonly string[],
  context: SourceContext,
  signal?: AbortSignal,
): AsyncGenerator<SourceItem> {
  const parser = openParser(kind, context);
  for await (const chunk of programOutput(command, signal)) yield* parser.push(chunk);
  yield* parser.end();
}
