/** Something that the server is asked to change, once: whether it runs, and what went wrong. */
import { RequestError } from '../../api/request';

export class Action {
  busy = $state(false);
  problem = $state('');

  /** Whether it was done. */
  async run(work: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    [this.busy, this.problem] = [true, ''];
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.problem = error.status === 0 ? 'The server did not answer. Try again in a moment.' : error.message;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
