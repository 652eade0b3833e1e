/** How the console is built. Started by build.ts, which knows when, and where to. */
import { join } from 'node:path'
import { defineConfig } from 'vite'

const root = join(import.meta.dirname, '../..')
/** Pure folders: what is not used of them leaves no trace. */
const pure = ['asl', 'base'].map((folder) => join(root, 'src', folder))

export default defineConfig({
  root: join(root, 'src/console'),
  publicDir: false,
  build: {
    target: 'es2023',
    // One policy for scripts and styles: from this server, never from the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The layout of graphs, which runs in a worker; what counts is the first load, which a test holds.
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      onLog(level, log, handle) {
        // React's server components, which nobody has here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log)
      },
      treeshake: { moduleSideEffects: (id) => !pure.some((folder) => id.startsWith(folder)) },
    },
  },
})
