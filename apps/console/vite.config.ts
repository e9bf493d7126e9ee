import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Built into `dist/`, which the alert service serves under `/console/`; in development, the API is asked at 8085. */
export default defineConfig({
  base: '/console/',
  plugins: [react()],
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/api': 'http://127.0.0.1:8085' } },
});
