import { fileURLToPath } from 'node:url';

/** The repository's folder: this file lies in `e2e/servers`, or compiled in `e2e/dist/servers`. */
export const REPOSITORY = fileURLToPath(
  new URL(import.meta.url.includes('/e2e/dist/') ? '../../../' : '../../', import.meta.url),
);
