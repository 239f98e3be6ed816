import type { Clock } from '../clock';
import type { Config } from '../config';
import type { ReadStore } from '../read-store/read-store';
import type { Vault } from '../security/vault';
import { Mailbox } from './mailbox';
import type { Mailer } from './mailer';
import { TracedMailer } from '../telemetry/traced';
import type { Tracing } from '../telemetry/tracing';
import { SmtpMailer } from './smtp';

/** The mail server of `SMTP_URL`, or the embedded mailbox. */
export function openMailer(
  { smtpUrl, mailFrom }: Config,
  store: ReadStore,
  clock: Clock,
  vault: Vault,
  tracing: Tracing,
): Mailer | Promise<Mailer> {
  return smtpUrl ? traced(new SmtpMailer(smtpUrl, mailFrom), tracing) : new Mailbox(store, clock, vault).open();
}

const traced = (mailer: Mailer, tracing: Tracing): Mailer => (tracing.on ? new TracedMailer(mailer, tracing) : mailer);
