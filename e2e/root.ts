import { fileURLToPath } from 'node:url';

const here = import.meta.url;

/** The folder of the checkout: this file lies in `e2e`, or compiled in `e2e/dist`. */
export const ROOT = fileURLToPath(new URL(here.includes('/e2e/dist/') ? '../..' : '..', here));
