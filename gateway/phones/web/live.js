// The socket: opens, applies, and opens again with the cursor that it had.

import { setNow } from './words.js';

export function live(store, show) {
  let wait = 500;
  let quiet;

  function open() {
    const url = new URL('/phones/socket', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    if (store.epoch) url.search = new URLSearchParams({ epoch: store.epoch, after: store.seq });
    const socket = new WebSocket(url);
    socket.addEventListener('message', ({ data }) => {
      const { snapshot, updates } = JSON.parse(data);
      if (snapshot) {
        setNow(snapshot.now);
        store.begin(snapshot);
      }
      for (const u of updates) store.apply(u);
      wait = 500;
      clearTimeout(quiet);
      show('live');
    });
    socket.addEventListener('close', () => {
      // A short cut is not worth alarming anybody.
      clearTimeout(quiet);
      quiet = setTimeout(() => show(store.epoch ? 'catching' : 'connecting'), 300);
      setTimeout(open, wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 2, 8000);
    });
  }

  show('connecting');
  open();
}
