import type { TimeUs } from '@plimsoll/contracts';

/** A request that was read and not answered yet. */
export interface OpenRequest {
  readonly connection: string;
  readonly thread: number;
  readonly startUs: TimeUs;
}

/** Requests that a statement is compared with; where more are open, who sent it is anybody's guess. */
const MAX_OPEN = 32;

/** Open requests that are remembered; of more, the newest. */
const MAX_REMEMBERED = 1_024;

/** The requests that the programs of a trace have read and not answered: at most 1,024. */
export class OpenRequests {
  private readonly open = new Set<OpenRequest>();

  begin(request: OpenRequest): void {
    this.open.add(request);
    if (this.open.size <= MAX_REMEMBERED) return;
    const oldest = this.open.values().next();
    if (!oldest.done) this.open.delete(oldest.value);
  }

  end(request: OpenRequest): void {
    this.open.delete(request);
  }

  /** Those that were open at `timeUs`, the newest last. Which threads are one process a trace often does not tell. */
  at(timeUs: TimeUs): OpenRequest[] {
    return [...this.open].filter(({ startUs }) => startUs <= timeUs).slice(-MAX_OPEN);
  }
}
