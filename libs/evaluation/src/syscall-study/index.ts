export { type AdfaReport, runAdfaLd } from './adfa-ld.js';
export { adfaMarkdown } from './adfa-markdown.js';
export { runAdfaDevelopment } from './adfa-development.js';
export { ADFA_CONFIGURATION, ADFA_OPTIONS } from './adfa-options.js';
export { runColdStart } from './cold-start-study.js';
export { hidsDockerMethods, runHidsDocker, type StudyOptions, type StudyReport } from './hids-docker.js';
export { runKeyGroups } from './key-group-study.js';
export { studyLayout, type StudyLayout } from './layout.js';
export { studyMarkdown } from './study-markdown.js';
