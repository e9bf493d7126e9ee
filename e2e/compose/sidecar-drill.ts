import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

import { stringify } from 'yaml';

import { runProgramIn } from './compose-stack.js';
import { Findings, seconds, settled, withStack, type DrillPlace, type DrillResult } from './drill.js';

const STACK = 'plimsoll-sidecar';
const APPLICATION = 'plimsoll-sidecar-shop';
/** Asks the collector from within its container, which opens no port. */
const METRICS = `exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3`;

/**
 * A collector beside a database of an application with a compose file of its own: it attaches, takes what the database
 * does, and is there again when the database's container is made anew.
 */
export async function sidecarDrill(place: DrillPlace): Promise<DrillResult> {
  const findings = new Findings(place.tell);
  const shop = await shopOf(place);
  await withStack(place, STACK, {}, async (stack) => {
    await stack.compose('up', '--build', '--detach', '--wait');
    await docker(place, 'build', ...buildNetwork(), '--tag', 'plimsoll-strace:local', '--file', SENSOR, '.');
    try {
      const [, took] = await seconds(() => shop({}, 'up', '--detach', '--wait'));
      findings.say(`a database and the collector beside it healthy after ${took}`);
      await checkWatched(findings, shop, 'at first');
      const [, again] = await seconds(() => shop({ RELEASE: '2' }, 'up', '--detach', '--wait'));
      findings.say(`a new release of the database and the collector beside it healthy after ${again}`);
      await checkWatched(findings, shop, 'made anew');
    } finally {
      await shop({}, 'down', '--volumes', '--remove-orphans');
    }
  });
  return findings;
}

const SENSOR = join('deploy', 'collector-strace.Dockerfile');

/** Runs docker compose on the application, whose file is written first. */
type Shop = (environment: Readonly<Record<string, string>>, ...words: readonly string[]) => Promise<string>;

async function shopOf(place: DrillPlace): Promise<Shop> {
  const file = join(place.scratch, 'shop.yml');
  await writeFile(
    file,
    stringify({
      services: {
        db: {
          image: 'mariadb:10.11',
          environment: { MARIADB_RANDOM_ROOT_PASSWORD: '1', RELEASE: '${RELEASE:-1}' },
        },
        'watch-db': {
          extends: { file: join(place.folder, 'deploy', 'compose-watch.yml'), service: 'watch' },
          pid: 'service:db',
          environment: { APPLICATION: 'shop', WORKLOAD: 'db' },
        },
      },
      networks: { plimsoll: { name: `${STACK}_default`, external: true } },
    }),
  );
  return (environment, ...words) =>
    docker({ ...place, environment }, 'compose', '--project-name', APPLICATION, '--file', file, ...words);
}

async function docker(
  { folder, environment }: Pick<DrillPlace, 'folder'> & { readonly environment?: Readonly<Record<string, string>> },
  ...words: readonly string[]
): Promise<string> {
  const { code, output, errors } = await runProgramIn(folder, ['docker', ...words], environment);
  if (code !== 0) throw new Error(`docker ${words.join(' ')} ended with ${code}:\n${errors.slice(-4_000)}`);
  return output;
}

/** Where packages are only reached from the host's network. */
function buildNetwork(): string[] {
  const network = process.env['PLIMSOLL_BUILD_NETWORK'];
  return network === undefined ? [] : ['--network', network];
}

async function checkWatched(findings: Findings, shop: Shop, when: string): Promise<void> {
  const calls = await settled(() => metric(shop, 'plimsoll_source_items_total{source="db",kind="calls"'), isSome, 0);
  findings.check(`${when}: ${calls} calls of the database taken`, isSome(calls));
  const attached = await metric(shop, 'plimsoll_targets{state="attached"');
  findings.check(`${when}: ${attached} of 1 target attached`, attached === 1);
}

function isSome(count: number): boolean {
  return count > 0;
}

/** The value of the first sample that begins so; 0 where there is none. */
async function metric(shop: Shop, beginning: string): Promise<number> {
  const samples = await shop({}, 'exec', '-T', 'watch-db', 'bash', '-c', METRICS);
  const line = samples.split('\n').find((one) => one.startsWith(beginning));
  return Number(line?.split(' ').at(-1) ?? 0);
}
