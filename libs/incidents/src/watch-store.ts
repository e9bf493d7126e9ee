import type { WatchSubject } from '@plimsoll/contracts';

/** A loss of watch that was told, and is not over. */
export interface ToldLoss {
  /** As `watchSubjectId` names it. */
  readonly id: string;
  readonly subject: WatchSubject;
  /** When it was heard last, wall clock; undefined where it never was. */
  readonly sinceMs?: number | undefined;
}

/** Losses remembered at most; what is beyond is not told. */
export const MAX_TOLD_LOSSES = 4_096;

/** What replicas of the alert service share about the watch, and find again after a restart. */
export interface WatchStore {
  /** Whether `holder` is the one that tells, for `forMs` from now: nobody else is meanwhile. */
  lead(holder: string, forMs: number): Promise<boolean>;
  told(): Promise<readonly ToldLoss[]>;
  remember(loss: ToldLoss): Promise<void>;
  forget(id: string): Promise<void>;
}
