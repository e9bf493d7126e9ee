export { ablationMarkdown, ablationStudy, type AblationRow } from './ablation.js';
export { scoreEpisode, shifted, type Action, type AlertEvidence, type EpisodeScore } from './action-scoring.js';
export { callCorpus, scoreCalls, type CallCorpus, type CallEpisode } from './call-corpus.js';
export { callStudy, type CallStudy } from './call-study.js';
export { splitEpisodes, type EpisodeSplit } from './episode-split.js';
export { summariseEpisode, type AttackSummary, type EpisodeSummary } from './episode-summary.js';
export {
  evaluateRecordings,
  replayEpisode,
  type EpisodeOutcome,
  type EvaluateOptions,
  type Evaluation,
} from './evaluate-recordings.js';
export { fusionStudy, kindsBelowBestLevel, studyBudgets, type FusionStudy } from './fusion-study.js';
export { episodeBootstrap, f1, precisionAt, proportion, seededRandom, type Proportion } from './intervals.js';
export { KIND_VIEWS, kindSeverityRows, type KindSeverityRow } from './kind-severity.js';
export { scoreOutcomes } from './level-views.js';
export { actionsOf } from './labelled-actions.js';
export { operatingCurve, type OperatingPoint } from './operating-curve.js';
export type { Block } from './document/blocks.js';
export { htmlOf } from './document/html.js';
export { markdownOf } from './document/markdown.js';
export { PAPER_CHOICES, paperBlocks, paperStudy, type PaperReport, type WindowScore } from './paper/index.js';
export { curvePlot, recallPlot } from './plots.js';
export { reportMarkdown, type EvaluationReport } from './report.js';
export {
  type Comparison,
  compareRuns,
  comparisonBlocks,
  checkSplit,
  episodeContents,
  runManifest,
  type Run,
  type RunManifest,
} from './run/index.js';
export { scoreRequests, type NamedEvent, type RequestCounts } from './request-scoring.js';
export { requestMarkdown } from './request-markdown.js';
export { requestTable, scoreApplication, type RequestScore } from './request-table.js';
export { scoreSeverity, type SeverityScore } from './severity-score.js';
export { statementCalls, type StatementCalls } from './statement-calls.js';
export { scoreView, type KindScore, type ViewScore } from './view-score.js';
export { everydayTexts } from './values/everyday-text.js';
export { FieldStudy, type Field, type ScoredText } from './values/field-study.js';
export { readCorpus, type CorpusText } from './values/text-corpus.js';
export {
  ADFA_CONFIGURATION,
  adfaMarkdown,
  type AdfaReport,
  runAdfaDevelopment,
  runAdfaLd,
  runColdStart,
  runHidsDocker,
  runKeyGroups,
  lidDsBlocks,
  runLidDs,
  studyLayout,
  studyMarkdown,
  type StudyLayout,
  type StudyOptions,
  type StudyReport,
} from './syscall-study/index.js';
