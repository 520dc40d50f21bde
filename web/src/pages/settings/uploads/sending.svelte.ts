/** One file on its way: it is hashed, then sent in pieces from where the server is. A reload begins with the hash again. */
import { get, isAbort, RequestError, segment, send, sendPiece } from '../../../api/request';
import type { Upload } from '../../../api/types';
import { Sha256 } from './sha256';

const PIECE = 4 << 20;
const PAUSE_MS = 2000;
const MAX_TRIES = 30;
/** No answer, a server that is busy, or a proxy that answers for a server which is not there. */
const PASSING = new Set([0, 408, 429, 502, 503, 504]);

export interface Wanted {
  format: string;
  timezone: string;
}

export class Sending {
  phase = $state<'hashing' | 'sending' | 'paused' | 'sent' | 'known' | 'failed'>('hashing');
  /** Bytes of the phase. */
  done = $state(0);
  problem = $state('');
  upload = $state.raw<Upload>();
  private controller = new AbortController();

  constructor(
    private readonly slug: string,
    readonly file: File,
    private readonly wanted: Wanted,
    private readonly changed: () => void,
  ) {}

  private get path(): string {
    return `/api/projects/${segment(this.slug)}/uploads`;
  }

  async start(): Promise<void> {
    await this.guarded(async () => {
      const sha256 = await this.hash();
      const { file, wanted } = this;
      const said = { name: file.name.slice(0, 255), size: file.size, sha256, format: wanted.format || null, timezone: wanted.timezone };
      this.upload = await send<Upload>('POST', this.path, said);
      this.changed();
      if (this.upload.state === 'receiving') await this.pieces();
      else this.phase = this.upload.state === 'waiting' || this.upload.state === 'importing' ? 'sent' : 'known';
    });
  }

  pause(): void {
    this.controller.abort();
    this.phase = 'paused';
  }

  async resume(): Promise<void> {
    this.controller = new AbortController();
    this.problem = '';
    if (!this.upload) return this.start();
    await this.guarded(() => this.pieces());
  }

  /** Leaves what was sent where it is. */
  stop(): void {
    this.controller.abort();
  }

  private async hash(): Promise<string> {
    [this.phase, this.done] = ['hashing', 0];
    const hash = new Sha256();
    for (let at = 0; at < this.file.size; at += PIECE) {
      this.controller.signal.throwIfAborted();
      hash.add(new Uint8Array(await this.file.slice(at, at + PIECE).arrayBuffer()));
      this.done = Math.min(at + PIECE, this.file.size);
    }
    return hash.hex();
  }

  private async pieces(): Promise<void> {
    const id = this.upload?.id ?? '';
    const path = `${this.path}/${segment(id)}`;
    const { signal } = this.controller;
    this.phase = 'sending';
    for (let tries = 0; this.upload?.state === 'receiving'; ) {
      this.done = this.upload.offset;
      try {
        this.upload = await sendPiece<Upload>(path, this.file.slice(this.done, this.done + PIECE), this.done, signal);
        tries = 0;
      } catch (error) {
        const isPassing = error instanceof RequestError && (PASSING.has(error.status) || error.status === 409);
        if (!isPassing || ++tries > MAX_TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        signal.throwIfAborted();
        await this.locate(path, signal);
      }
    }
    [this.phase, this.done] = ['sent', this.file.size];
    this.changed();
  }

  /** Where the server is: a piece may have come whose answer did not. */
  private async locate(path: string, signal: AbortSignal): Promise<void> {
    try {
      this.upload = await get<Upload>(path, {}, signal);
    } catch (error) {
      if (!(error instanceof RequestError) || !PASSING.has(error.status)) throw error;
    }
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (isAbort(error)) return;
      this.phase = 'failed';
      if (error instanceof RequestError && error.status === 404) this.upload = undefined; // it was given up: another try begins anew
      this.problem = error instanceof RequestError ? error.message : 'The file could not be read. Choose it again.';
    }
  }
}
