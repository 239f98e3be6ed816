import { Injectable } from '@nestjs/common';
import { personal, type Personal } from '../../kernel/personal';
import { Vault } from '../../platform/security/vault';

/** Clerks who are known by the name that was typed for them, at a device or by a partner's till. */
@Injectable()
export class ClerkNames {
  constructor(private readonly vault: Vault) {}

  named(locationId: string, typed: string): Personal<string> {
    const name = typed.trim().replace(/\s+/g, ' ');
    return personal(this.subject(locationId, name), name);
  }

  /** One key for a name at a location, named without a word about who it is. */
  private subject(locationId: string, name: string): string {
    return `clerk:${locationId}.${this.vault.hash('subject', `${locationId}\n${name.toLowerCase()}`).slice(0, 22)}`;
  }
}
