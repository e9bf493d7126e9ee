/**
 * Renders the overlays for who applies plain manifests, and for the tests, which need no kubectl then. Run after a change
 * of anything in deploy/kubernetes, with kubectl 1.25 or later:
 *
 *   node e2e/kubernetes/render.mjs
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { KUBERNETES, OVERLAYS, RENDERED, renderedName, sourcesDigest } from '../dist/kubernetes/manifests.js';

mkdirSync(RENDERED, { recursive: true });
for (const overlay of OVERLAYS) {
  const text = execFileSync('kubectl', ['kustomize', join(KUBERNETES, overlay)], { encoding: 'utf8' });
  const head = `# Made by e2e/kubernetes/render.mjs from ${overlay}; sources: ${sourcesDigest()}\n`;
  writeFileSync(join(RENDERED, renderedName(overlay)), head + text);
}
