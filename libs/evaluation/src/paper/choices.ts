/** What was chosen before any recording of the campaign was scored: nothing of it may follow from results. */
export const PAPER_CHOICES = {
  /** Lengths of the counted windows; the second is that of tables by fields, bag size and group. */
  windowSeconds: [1, 5, 15, 60],
  countedSeconds: 5,
  /** Parts of the windows that are attacks; the first is what the paper's figures together imply. */
  prevalences: [0.55, 0.01, 0.001],
  levels: ['sequence', 'frequency', 'log', 'process'],
} as const;

/** SHA-256 of the choices as JSON. Whoever changes one writes down why, and scores recordings that nobody scored yet. */
export const FROZEN_CHOICES = '51dbad15949c46b0204aa6ef3930c97709dbc5100e0920a6a99848ecbf12b26d';

/** Of Bhuiyan, Das and others (CLOSER 2024), and what they give for Cavalcanti and others. */
export const PUBLISHED_RESULTS = [
  { name: 'the paper', precision: 0.9121, recall: 0.9473, accuracy: 0.9206, f1: 0.9381 },
  { name: 'Cavalcanti, as the paper gives it', precision: 0.795, recall: 0.855, accuracy: undefined, f1: 0.832 },
] as const;
