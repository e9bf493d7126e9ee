import type { ComposeStack } from './compose-stack.js';
import { Findings, seconds, settled, withStack, type DrillPlace, type DrillResult } from './drill.js';

/** Asks the collector from within its container, which opens no port. */
const METRICS = `exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3 && cat <&3`;

/** A collector beside a database, in its process namespace, with one capability: it attaches and takes what the database does. */
export async function sidecarDrill(place: DrillPlace): Promise<DrillResult> {
  const findings = new Findings(place.tell);
  const more = { files: ['deploy/compose-sidecar.yml'], built: ['collector-db'] };
  await withStack(place, 'plimsoll-sidecar', more, async (stack) => {
    // The sidecar's image is made from the stack's.
    await stack.compose('build', 'collector');
    const [, took] = await seconds(() => stack.compose('up', '--build', '--detach', '--wait'));
    findings.say(`the stack and a collector beside a database healthy after ${took}`);
    const calls = await settled(() => metric(stack, 'plimsoll_source_items_total{source="db",kind="calls"'), isSome, 0);
    findings.check(`${calls} calls of the database taken`, isSome(calls));
    const attached = await metric(stack, 'plimsoll_targets{state="attached"');
    findings.check(`${attached} of 1 target attached`, attached === 1);
  });
  return findings;
}

function isSome(count: number): boolean {
  return count > 0;
}

/** The value of the first sample that begins so; 0 where there is none. */
async function metric(stack: ComposeStack, beginning: string): Promise<number> {
  const samples = await stack.compose('exec', '-T', 'collector-db', 'bash', '-c', METRICS);
  const line = samples.split('\n').find((one) => one.startsWith(beginning));
  return Number(line?.split(' ').at(-1) ?? 0);
}
