import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** One atomic operation: a file under `lua/`, whose head says what its keys, arguments and output are. */
export interface RedisScript {
  readonly name: string;
  readonly source: string;
  readonly sha1: string;
}

/** The script in `lua/NAME.lua`, beside `src` and `dist` alike. */
export function redisScript(name: string): RedisScript {
  const source = readFileSync(new URL(`../lua/${name}.lua`, import.meta.url), 'utf8');
  return { name, source, sha1: createHash('sha1').update(source).digest('hex') };
}
