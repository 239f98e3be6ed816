/** A mail as a feature hands it over: both parts rendered, in the reader's language. */
export interface Mail {
  /** Deterministic: the same mail again has the same id (it becomes the Message-ID), so that a repeat is recognisable. */
  readonly id: string;
  readonly network: string;
  /** What it is, for the mailbox and metrics: `gift`, `deduction-code`, `invitation` … */
  readonly kind: string;
  readonly to: { readonly name?: string; readonly address: string };
  readonly from?: { readonly name: string };
  readonly replyTo?: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** Shown by `cid:` in the HTML part, for clients that refuse data URLs. */
  readonly images?: readonly { readonly cid: string; readonly filename: string; readonly png: Buffer }[];
}

/** The mail server refused for good (5xx): trying again is useless. Anything else thrown is worth a retry. */
export class MailRefused extends Error {
  constructor(readonly reason: string) {
    super(`The mail server refused: ${reason}`);
    this.name = 'MailRefused';
  }
}

/** Adapters: smtp.ts (`SMTP_URL`) and mailbox.ts (embedded; what is not sent to a server is kept to be read, never dropped). */
export abstract class Mailer {
  /** Resolves when the mail server (or the mailbox) has taken the mail. At least once: callers repeat after a crash. */
  abstract send(mail: Mail): Promise<void>;
  /** Takes out what is kept here of mails to this address; mails that went to a server are in other hands. */
  abstract forget(network: string, address: string): Promise<void>;
  abstract check(): Promise<void>;
  abstract close(): Promise<void>;
}
