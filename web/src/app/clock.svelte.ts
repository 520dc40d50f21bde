/** Now, by the minute: views that run up to now ask again when it changes, as long as someone can see them. */

const MINUTE = 60_000;

class Clock {
  now = $state(Math.floor(Date.now() / MINUTE) * MINUTE);
  /** Counts the times that everything has to be asked again. */
  turn = $state(0);

  start(): () => void {
    const tick = () => {
      if (!document.hidden) this.tick();
    };
    const timer = setInterval(tick, MINUTE);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }

  /** Asks for everything again, as after a lost connection. */
  refresh(): void {
    this.tick();
    this.turn++;
  }

  private tick(): void {
    this.now = Math.floor(Date.now() / MINUTE) * MINUTE;
  }
}

export const clock = new Clock();
