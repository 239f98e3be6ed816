import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Vault } from '../security/vault';
import { keyedDigest } from './keyed-digest';

const HEADER = 'largesse-position';
const COOKIE = 'position';
const LIVES_SECONDS = 60;

/**
 * Read your writes (engine 5): an answer to a write carries the log position that it rests on, in a header for the API and in a
 * cookie for pages; a list waits for it. Signed, so that nobody makes a list wait for a position that will never come.
 */
@Injectable()
export class Positions {
  private readonly digest: (text: string) => string;

  constructor(private readonly vault: Vault) {
    this.digest = keyedDigest(vault, 'position', 'seal');
  }

  seal(position: number): string {
    return `${position}.${this.signature(position)}`;
  }

  /** What the caller has written last; 0 when it says nothing or nothing true. Give it to `Models.settled`. */
  of(request: FastifyRequest): number {
    const header = request.headers[HEADER];
    const cookie = (request as FastifyRequest & { cookies?: Record<string, string | undefined> }).cookies?.[COOKIE];
    return Math.max(this.open(typeof header === 'string' ? header : undefined), this.open(cookie));
  }

  /** For the answer of a page's form: the next page waits for what was just written. */
  remember(reply: FastifyReply, position: number): void {
    (reply as FastifyReply & { setCookie(name: string, value: string, options: object): unknown }).setCookie(COOKIE, this.seal(position), {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      maxAge: LIVES_SECONDS,
    });
  }

  private open(text: string | undefined): number {
    const [, digits, signature] = /^(\d{1,16})\.([\w-]{22})$/.exec(text ?? '') ?? [];
    if (!digits || !signature || !this.vault.equal(signature, this.signature(Number(digits)))) return 0;
    return Number(digits);
  }

  private signature(position: number): string {
    return this.digest(String(position)).slice(0, 22);
  }
}
