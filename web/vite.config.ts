import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { precompressed } from './build/precompressed.ts';

const server = process.env.FOOTFALL_URL ?? 'http://127.0.0.1:8000';
const modern = ['chrome123', 'firefox128', 'safari17.5'];

export default defineConfig({
  plugins: [svelte(), precompressed()],
  base: './', // the server says below which path
  build: {
    outDir: '../src/footfall/assets/web',
    emptyOutDir: true,
    assetsInlineLimit: 0, // the policy of the page lets no data: script or style in
    modulePreload: { polyfill: false },
    target: modern,
    cssTarget: modern,
    manifest: 'manifest.json',
    // What pages share comes in one file: many small ones would queue for the browser's few connections.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'shared', test: /src[\\/](?:api|lib|parts|ui)[\\/](?!schema)/, minShareCount: 2 }, { name: 'web', test: /src[\\/]pages[\\/]web[\\/]/, minShareCount: 2 }] } } },
  },
  server: { proxy: { '/api': { target: server }, '/openapi.json': { target: server }, '/docs': { target: server } } },
  test: { include: ['src/**/*.test.ts'], environment: 'node', css: true },
});
