export { hidsDockerMethods, runHidsDocker, type StudyOptions, type StudyReport } from './hids-docker.js';
export { studyLayout, type StudyLayout } from './layout.js';
export { studyMarkdown } from './study-markdown.js';
