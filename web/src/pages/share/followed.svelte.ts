/** A link that is followed: its secret, and its password where it has one, are exchanged for a token that this page keeps. */
import { RequestError, segment, send, watch } from '../../api/request';
import type { LinkSession } from '../../api/types';
import { clock } from '../../app/clock.svelte';
import { connection } from '../../app/connection.svelte';

export class Followed {
  state = $state<'asking' | 'locked' | 'shown' | 'gone' | 'failed'>('asking');
  shown = $state.raw<LinkSession>();
  /** Why the password was not taken; why the link can't be followed. */
  problem = $state('');

  constructor(
    private readonly id: string,
    private readonly secret: string,
  ) {}

  start(): void {
    watch({
      lost: connection.lost,
      found: connection.found,
      signedOut: () => this.ended(),
      proof: (): Record<string, string> => (this.state === 'shown' && this.shown ? { authorization: `Bearer ${this.shown.token}` } : {}),
      renewed: async () => false,
    });
    void this.follow(null);
  }

  async follow(password: string | null): Promise<void> {
    this.problem = '';
    try {
      this.shown = await send<LinkSession>('POST', `/api/shares/${segment(this.id)}/sessions`, { secret: this.secret, password });
      this.state = 'shown';
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.refused(error, password !== null);
    }
  }

  private refused(error: RequestError, hadPassword: boolean): void {
    if (error.code === 'password_required') {
      this.state = 'locked';
      this.problem = hadPassword ? 'That is not the password.' : '';
    } else if (error.code === 'unauthorized' || error.code === 'bad_parameter') {
      this.state = 'gone';
    } else {
      this.problem = error.status === 429 ? 'Too many attempts. Wait a minute, then try again.' : error.message;
      if (this.state !== 'locked') this.state = 'failed';
    }
  }

  /** The token has run out, or the link was revoked: following it again tells which. */
  private ended(): void {
    if (this.state !== 'shown') return;
    this.state = 'asking';
    void this.follow(null).then(() => this.state === 'shown' && clock.refresh());
  }
}
