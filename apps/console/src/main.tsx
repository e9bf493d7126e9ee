import './styles/tokens.css';
import './styles/base.css';
import './styles/controls.css';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { RefusedError } from './api/client.js';
import { createConsoleRouter } from './router.js';

const MAX_TRIES = 3;

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // What was refused stays refused; what was away may answer the next time.
      retry: (tries, error) => tries < MAX_TRIES && !(error instanceof RefusedError && error.status < 500),
    },
  },
});

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={createConsoleRouter(client)} />
    </QueryClientProvider>
  </StrictMode>,
);
