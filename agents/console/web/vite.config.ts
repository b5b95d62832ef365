import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: './', // served under any path
  plugins: [react()],
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // the server's policy refuses data: addresses
    modulePreload: { polyfill: false },
  },
  test: { include: ['test/**/*.test.{ts,tsx}'] },
});
