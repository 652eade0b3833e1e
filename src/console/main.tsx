/** The console: builds its objects once, hands them over, and shows the page of the address. */
import '@mantine/core/styles/baseline.css'
import '@mantine/core/styles/default-css-variables.css'
import '@mantine/core/styles/global.css'
import './mantine.css'
import './theme.css'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Client } from './api/client.ts'
import { ApiProvider } from './api/context.tsx'
import { Live } from './api/live.ts'
import { storedSessionKey } from './api/session-key.ts'
import { createPages } from './pages/index.tsx'
import { pageNonce } from './parts/page-nonce.ts'
import { theme } from './theme.ts'
import { Book, WordsProvider } from './words/index.tsx'

const words = new Book()
const router = createPages(words)
const client = new Client(storedSessionKey, askToSignIn)
const api = { client, live: new Live(client) }
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // The trail says when something changed; this is for when nobody could say so.
      staleTime: 30_000,
      refetchOnWindowFocus: true,
      // What the server refused it refuses again; what did not reach it is tried once more.
      retry: (count, error) => count < 2 && 'problem' in error && Object(error.problem).status === 0,
    },
  },
})
const nonce = pageNonce()
// What keeps the page from scrolling under a dialog brings a style of its own, and looks for its nonce there.
Object.assign(globalThis, { __webpack_nonce__: nonce })

function askToSignIn(): void {
  const { pathname, href } = router.state.location
  const asksNobody = ['/sign-in', '/sign-on', '/join'].includes(pathname)
  if (!asksNobody) void router.navigate({ to: '/sign-in', search: { from: href }, replace: true })
}

const place = document.getElementById('root')
if (place === null) throw new Error('the page has no place for the console')
createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <WordsProvider book={words}>
        <ApiProvider api={api}>
          <QueryClientProvider client={queries}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </ApiProvider>
      </WordsProvider>
    </MantineProvider>
  </StrictMode>,
)
