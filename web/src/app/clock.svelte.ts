/** The end of the minute that it is: views that run up to now ask again when it changes, as long as someone can see them. */

const MINUTE = 60_000;

/** What has just happened is part of it. */
function endOfMinute(): number {
  return (Math.floor(Date.now() / MINUTE) + 1) * MINUTE;
}

class Clock {
  now = $state(endOfMinute());
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
    this.now = endOfMinute();
  }
}

export const clock = new Clock();
