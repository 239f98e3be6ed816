import type { Clock } from '../clock';
import type { Config } from '../config';
import type { ReadStore } from '../read-store/read-store';
import type { Vault } from '../security/vault';
import { Mailbox } from './mailbox';
import type { Mailer } from './mailer';
import { SmtpMailer } from './smtp';

/** The mail server of `SMTP_URL`, or the embedded mailbox. */
export function openMailer({ smtpUrl, mailFrom }: Config, store: ReadStore, clock: Clock, vault: Vault): Mailer | Promise<Mailer> {
  return smtpUrl ? new SmtpMailer(smtpUrl, mailFrom) : new Mailbox(store, clock, vault).open();
}
