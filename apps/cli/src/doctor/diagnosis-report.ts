import { printable } from '@plimsoll/contracts';
import pc from 'picocolors';

import type { Diagnosis } from './diagnose.js';
import { AREAS, type Area } from './set-up.js';

/** A diagnosis as a person reads it: each area, what is wrong with it, and below what to do. */
export function diagnosisReport({ findings, unseen }: Diagnosis, workloadsAsked: boolean): string {
  const width = Math.max(...AREAS.map((area) => area.length));
  return AREAS.flatMap((area) => {
    const own = findings.filter((finding) => finding.area === area);
    const hidden = unseen.filter((part) => part.area === area);
    const state =
      own.length > 0
        ? pc.red(own.length === 1 ? '1 finding' : `${own.length} findings`)
        : stateWords(area, hidden.length > 0, workloadsAsked);
    return [
      `${area.padEnd(width)}  ${state}`,
      ...own.flatMap(({ what, todo }) => [`  ${printable(what)}`, `    ${pc.dim(printable(todo))}`]),
      ...hidden.map(({ why }) => `  Could not look: ${printable(why)}.`),
    ];
  }).join('\n');
}

function stateWords(area: Area, hidden: boolean, workloadsAsked: boolean): string {
  if (hidden) return pc.yellow('not seen');
  if (area === 'workloads' && !workloadsAsked) {
    return pc.dim('not asked for: set PLIMSOLL_API_TOKEN (and PLIMSOLL_API) to ask the alert service');
  }
  return pc.green('well');
}
