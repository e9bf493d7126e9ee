// A process that holds one piece of work ready and does it once whenever it is told to: `node held.mjs NAME JSON`.
import process from 'node:process';

import * as works from './in-process.mjs';

const WARM_US = 2e6;

const [name, text] = process.argv.slice(2);
const { units, bytes, run } = await works[name](JSON.parse(text));
const once = async () => {
  const before = process.cpuUsage();
  const us = await run();
  const { user, system } = process.cpuUsage(before);
  return us ?? user + system;
};
// Until the compiler has seen enough of it.
for (let spentUs = 0; spentUs < WARM_US;) spentUs += await once();
process.on('message', () => {
  void once().then((us) => process.send({ units, bytes, us, rssBytes: process.resourceUsage().maxRSS * 1024 }));
});
process.send({ ready: true });
