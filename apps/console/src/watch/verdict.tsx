import type { Answer } from '../api/client.js';
import { plain } from '../ui/untrusted.js';

type Watched = Answer<'/api/v1/pipeline'>['workloads'];
type Parts = Answer<'/api/v1/health'>['parts'];

/** Workloads that are named; of more, the number is told. */
const MOST = 3;

/** Whether the watch is sound, in one sentence, and what is not. */
export function Soundness({ workloads, parts }: { readonly workloads: Watched; readonly parts: Parts }) {
  const faults = faultsOf(workloads, parts);
  return faults.length === 0 ? (
    <p className="notice good" role="status">
      <strong>The watch is sound.</strong> {counted(workloads.length, 'workload')} heard, every part ready.
    </p>
  ) : (
    <div className="notice bad" role="status">
      <strong>The watch has holes.</strong>{' '}
      {faults.map((fault) => (
        <span key={fault}>{fault} </span>
      ))}
    </div>
  );
}

function faultsOf(workloads: Watched, parts: Parts): string[] {
  const withLevel = (state: string): Watched =>
    workloads.filter(({ levels }) => levels.some((level) => level.state === state));
  return [
    told('Silent, so nothing is seen there', withLevel('silent')),
    told('Events lost, so some windows are not scored', withLevel('gap')),
    told(
      'With a profile that cannot be used, so not judged by it',
      workloads.filter(({ levels }) => levels.some(({ faults }) => faults.length > 0)),
    ),
    told('Without a profile at some level', withLevel('warming')),
    ...parts.filter(({ ready }) => !ready).map(({ name, reason }) => `${name} is not ready: ${reason ?? 'no reason'}.`),
  ].filter((fault) => fault !== undefined);
}

function told(what: string, workloads: Watched): string | undefined {
  if (workloads.length === 0) return undefined;
  const names = workloads.slice(0, MOST).map(({ application, workload }) => plain(`${application}/${workload}`));
  const more = workloads.length > MOST ? ` and ${workloads.length - MOST} more` : '';
  return `${what}: ${names.join(', ')}${more}.`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
