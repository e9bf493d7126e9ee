import { RecentMap } from '../../bytes/recent-map.js';
import { KeyedDigest } from '../values/keyed-digest.js';
import { ClientTries } from './client-tries.js';
import { ParameterChoice } from './parameter-choice.js';
import { ScriptMemory } from '../scripts/script-memory.js';
import { ReadPages } from '../scripts/read-pages.js';
import { ScriptTexts } from '../scripts/script-texts.js';
import { ShownValues } from '../scripts/shown-values.js';
import { SessionKey } from './session-key.js';
import { SessionNames } from './session-names.js';
import { StrayValues } from './stray-values.js';
import { UploadedPrograms } from './uploaded-programs.js';
import type { WebMemory } from './web-request-event.js';

/** Connections whose session is remembered. */
const MAX_OWNERS = 16_384;

/** A collector's memory before its first request. `digestKey` makes digests meaningless to whoever lacks it. */
export function webMemory(digestKey: string | Uint8Array): WebMemory {
  const digest = new KeyedDigest(digestKey);
  return {
    digest,
    sessions: new SessionKey(digest),
    names: new SessionNames(digest),
    scripts: new ScriptMemory(digest),
    texts: new ScriptTexts(),
    pages: new ReadPages(),
    shown: new ShownValues(),
    uploads: new UploadedPrograms(),
    choice: new ParameterChoice(),
    stray: new StrayValues((text) => digest.of('target', text)),
    tries: new ClientTries(digest),
    owners: new RecentMap(MAX_OWNERS),
  };
}
