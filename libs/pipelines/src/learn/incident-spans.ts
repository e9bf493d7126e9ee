import type { SyscallBatch } from '@plimsoll/contracts';

import { messageTimeUs, whereOf, type CollectorMessage } from '../collect/collector-pipeline.js';

/** When something happened that must not be learned as normal, or that a person has called normal. */
export interface IncidentSpan {
  readonly id: string;
  readonly application: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly benign: boolean;
}

/** What is left out beside an incident: windows that began before its first sign hold the attack too. */
const MARGIN_US = 10_000_000;
/** What of a benign incident teaches wherever it lies; one that lasts would else leave nothing to calibrate on. */
const TAUGHT_US = 600_000_000;

/** Finds the incidents that a message lies in: what decides whether it may be learned from, and in which stage. */
export class IncidentSpans {
  readonly #byApplication = new Map<string, IncidentSpan[]>();

  constructor(incidents: readonly IncidentSpan[]) {
    for (const incident of incidents) {
      const span = incident.benign ? taught(incident) : incident;
      const known = this.#byApplication.get(span.application);
      if (known === undefined) this.#byApplication.set(span.application, [span]);
      else known.push(span);
    }
  }

  /** The incidents of the message's application, benign ones too, that it lies in or within ten seconds of. */
  met(message: CollectorMessage): readonly IncidentSpan[] {
    const spans = this.#byApplication.get(whereOf(message).application);
    if (spans === undefined) return [];
    const startUs = messageTimeUs(message);
    const endUs = message.topic === 'syscalls' ? lastUs(message.batch) : startUs;
    return spans.filter((span) => startUs <= span.endUs + MARGIN_US && endUs >= span.startUs - MARGIN_US);
  }
}

function taught(span: IncidentSpan): IncidentSpan {
  return { ...span, endUs: Math.min(span.endUs, span.startUs + TAUGHT_US) };
}

function lastUs({ baseTimeUs, count: calls, offsetsUs }: SyscallBatch): number {
  return baseTimeUs + (calls > 0 ? offsetsUs[calls - 1]! : 0);
}
