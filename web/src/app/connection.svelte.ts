/** Whether the server can be reached. */
import { at } from '../lib/base';
import { clock } from './clock.svelte';

const RECONNECT_MS = 3000;

class Connection {
  offline = $state(false);
  private reconnecting = 0;

  /** One request that fails may have been kept away by the browser: only where no other arrives is the server lost. */
  lost = (): void => {
    if (this.reconnecting) return;
    const look = async () => {
      try {
        if ((await fetch(at('/healthz'))).ok) this.found();
      } catch {
        this.offline = true;
      }
    };
    this.reconnecting = window.setInterval(() => void look(), RECONNECT_MS);
    void look();
  };

  found = (): void => {
    clearInterval(this.reconnecting);
    this.reconnecting = 0;
    if (!this.offline) return;
    this.offline = false;
    clock.refresh();
  };
}

export const connection = new Connection();
