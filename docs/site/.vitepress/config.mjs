import { existsSync } from 'node:fs';
import { fileURLToPath, URL } from 'node:url';

import { defineConfig } from 'vitepress';

const HERE = fileURLToPath(import.meta.url);

/** Pages lie outside this folder, where neither Vite nor Node would find what they are compiled to import. */
const vueForPages = {
  name: 'vue-for-pages',
  enforce: 'pre',
  resolveId(id, _importer, options) {
    if (!/^vue(\/|$)/.test(id)) return null;
    // The bundle that renders pages to HTML lies below this folder, and Node finds it there.
    if (options.ssr) return { id, external: true };
    return this.resolve(id, HERE, { ...options, skipSelf: true });
  },
};

/** The build finds dead links in pages, not in the list of pages: that is done here. */
function page(text, path) {
  if (!existsSync(new URL(`../../../${path}`, import.meta.url))) throw new Error(`there is no page ${path}`);
  return { text, link: `/${path.replace(/(README)?\.md$/, '')}` };
}

const group = (text, ...items) => ({ text, items });

/** The pages are the repository's own; nothing is written for the site alone. */
export default defineConfig({
  title: 'Plimsoll',
  description: 'Detects code injection in containers from system calls, Kubernetes audit and web logs, on a stream',
  srcDir: '../..',
  outDir: 'dist',
  cacheDir: '.cache',
  srcExclude: ['{.cache,apps,bench,deploy,e2e,libs,release,testbed}/**', 'recordings/*/**', 'docs/site/**'],
  rewrites: (path) => path.replace(/README\.md$/, 'index.md'),
  // What pages quote are attackers' texts and placeholders: neither markup nor expressions.
  markdown: {
    html: false,
    config: ({ renderer: { rules } }) => {
      for (const kind of ['text', 'code_inline']) {
        const render = rules[kind];
        rules[kind] = (...args) => render(...args).replaceAll('{{', '&#123;&#123;');
      }
    },
  },
  vite: { plugins: [vueForPages] },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: [
      group(
        'First hour',
        page('What it is', 'README.md'),
        page('A first application', 'docs/first-application.md'),
        page('Your own containers', 'docs/first-containers.md'),
      ),
      group(
        'Concepts',
        page('Architecture', 'docs/architecture.md'),
        page('Glossary', 'docs/glossary.md'),
        page('Guarantees', 'docs/guarantees.md'),
        page('Threat model', 'docs/threat-model.md'),
        page('Adversary', 'docs/adversary.md'),
        page('Privacy', 'docs/privacy.md'),
      ),
      group(
        'Connect',
        page('Sources', 'docs/sources.md'),
        page('Alerts', 'docs/alerts.md'),
        page('API', 'docs/api.md'),
      ),
      group(
        'Operate',
        page('The console', 'docs/console.md'),
        page('In a cluster', 'docs/kubernetes.md'),
        page('For a year', 'docs/operating.md'),
        page('Configuration', 'docs/configuration.md'),
        page('The life of a profile', 'docs/profiles.md'),
        page('Metrics', 'docs/metrics.md'),
        page('Performance', 'docs/performance.md'),
        page('Changelog', 'CHANGELOG.md'),
      ),
      group(
        'Detection',
        page('System calls', 'docs/detection-syscalls.md'),
        page('Programs', 'docs/detection-process.md'),
        page('Web', 'docs/detection-web.md'),
        page('Kubernetes', 'docs/detection-kubernetes.md'),
      ),
      group(
        'Evaluate',
        page('Evaluation', 'docs/evaluation.md'),
        page("The paper's experiment", 'docs/experiment.md'),
        page('Recordings', 'docs/recordings.md'),
        page('Reports', 'docs/reports/README.md'),
        page('Test bed', 'docs/testbed.md'),
      ),
      group(
        'Contribute',
        page('Contributing', 'CONTRIBUTING.md'),
        page('Decisions', 'docs/decisions/README.md'),
        page('Security', 'SECURITY.md'),
      ),
    ],
  },
});
