import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock';
import { Config } from '../../platform/config';
import { Ids } from '../../platform/ids';
import { Vault } from '../../platform/security/vault';
import type { LinkSecret } from '../domain/employee';

const HOUR = 3_600_000;
const CHARACTERS = 32;

/** The links that people are mailed: where they lead and how long they work. */
const kinds = {
  invitation: { path: 'invitation', template: 'network/features/invitation', lives: 7 * 24 * HOUR },
  'password-reset': { path: 'password-reset', template: 'network/features/password-reset', lives: HOUR },
} as const;
export type LinkKind = keyof typeof kinds;

/** Mailed links are derived (engine 4): the fact keeps a keyed hash, and the mail's handler derives the same secret again. */
@Injectable()
export class Links {
  constructor(
    private readonly vault: Vault,
    private readonly ids: Ids,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  make(kind: LinkKind, employeeId: string): LinkSecret {
    const id = this.ids.next('link');
    const { keyVersion } = this.vault;
    const expiresAt = new Date(this.clock.millis() + kinds[kind].lives).toISOString();
    return { id, hash: this.hashOf(kind, this.secret(kind, employeeId, id, keyVersion)), keyVersion, expiresAt };
  }

  hashOf(kind: LinkKind, secret: string): string {
    return this.vault.hash(kind, secret.toUpperCase());
  }

  url(kind: LinkKind, slug: string, employeeId: string, { id, keyVersion }: LinkSecret): string {
    return `${this.config.publicUrl}/n/${slug}/${kinds[kind].path}/${employeeId}/${this.secret(kind, employeeId, id, keyVersion)}`;
  }

  /** Of the mail that carries it. */
  template(kind: LinkKind): string {
    return kinds[kind].template;
  }

  private secret(kind: LinkKind, employeeId: string, id: string, keyVersion: number): string {
    return this.vault.derive(kind, [employeeId, id], CHARACTERS, keyVersion);
  }
}
