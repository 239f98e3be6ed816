/** A record of the log, newest first; `stream` tells whose it is. */
export interface Mark {
  readonly stream: string;
  readonly position: number;
}

const PAGE = 100;

/**
 * Where the last event of ours stands. The server writes records of its own (statistics every 30 seconds, for one), and no subscription
 * says that it has passed them while nothing else comes: whoever waited for them would wait in vain. What was searched once is not
 * searched again.
 */
export class OwnHead {
  private own = 0;
  private searched = 0;

  /** @param read so many records of the whole log, backwards from before a position (or from it), else from the end */
  constructor(
    private readonly read: (from: number | undefined, count: number) => Promise<readonly Mark[]>,
    private readonly isOurs: (stream: string) => boolean,
  ) {}

  /** 0 for none. */
  async position(): Promise<number> {
    let [end, from]: [number, number | undefined] = [0, undefined];
    for (let count = 1; ; count = PAGE) {
      const page: readonly Mark[] = await this.read(from, count);
      end = Math.max(end, page[0]?.position ?? 0);
      for (const { stream, position } of page) {
        if (position <= this.searched) return this.known(end, this.own);
        if (this.isOurs(stream)) return this.known(end, position);
      }
      const last = page.at(-1)?.position;
      if (page.length < count || last === from) return this.known(end, this.own);
      from = last;
    }
  }

  private known(searched: number, own: number): number {
    this.own = Math.max(this.own, own);
    this.searched = Math.max(this.searched, searched);
    return this.own;
  }
}
