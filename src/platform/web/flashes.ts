import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Vault } from '../security/vault';

export interface Flash {
  readonly key: string;
  readonly values: Readonly<Record<string, unknown>>;
}

const COOKIE = 'flash';
const OPTIONS = { path: '/', httpOnly: true, sameSite: 'lax', maxAge: 60 } as const;

type WithCookies = { cookies?: Record<string, string | undefined> };
type SetsCookies = {
  setCookie(name: string, value: string, options: object): unknown;
  clearCookie(name: string, options: object): unknown;
};

/** A sentence for the page after a redirect, shown once. Sealed: only what we wrote is ever shown. */
@Injectable()
export class Flashes {
  constructor(private readonly vault: Vault) {}

  leave(reply: FastifyReply, flash: Flash): void {
    (reply as unknown as SetsCookies).setCookie(COOKIE, this.vault.seal(JSON.stringify(flash), COOKIE), OPTIONS);
  }

  take(request: FastifyRequest, reply: FastifyReply): Flash | undefined {
    const sealed = (request as WithCookies).cookies?.[COOKIE];
    if (!sealed) return undefined;
    (reply as unknown as SetsCookies).clearCookie(COOKIE, OPTIONS);
    try {
      return JSON.parse(this.vault.unseal(sealed, COOKIE)) as Flash;
    } catch {
      return undefined;
    }
  }
}
