import { Get, Param, Req, Res } from '@nestjs/common';
import { Rejection } from '../../kernel/rejection';
import { Config } from '../config';
import { Public } from '../security/permit';
import { setWholePolicy } from '../web/security-headers';
import { Page, type PageReply, type PageRequest } from '../web/page';
import { PageController } from '../web/page-controller';
import { Mailbox, type KeptMail } from './mailbox';
import { Mailer } from './mailer';

/** Who may open the mailbox outside the demo. */
export const MAILBOX_PERMISSION = 'mailbox.view';

/**
 * What was mailed, to be read: in the demo by everybody (there is nobody else's mail in it), otherwise by employees with the permission,
 * and only their own network's.
 */
@PageController('dev/mailbox')
export class MailboxPage {
  constructor(
    private readonly mailer: Mailer,
    private readonly config: Config,
  ) {}

  @Get()
  @Public()
  async list(@Req() request: PageRequest): Promise<Page> {
    const { mailbox, network } = this.open(request);
    const mails = (await mailbox.list(network ? { network } : {})).map((mail) => ({
      ...mail,
      url: `/dev/mailbox/${encodeURIComponent(mail.id)}`,
    }));
    return new Page('platform/mail/mailbox', { title: request.reader.t('mailbox.title'), mails }, { shell: 'public' });
  }

  @Get(':id')
  @Public()
  async read(@Param('id') id: string, @Req() request: PageRequest): Promise<Page> {
    const mail = await this.find(request, id);
    return new Page(
      'platform/mail/mailbox-mail',
      { title: mail.subject, mail, frame: `/dev/mailbox/${encodeURIComponent(id)}/html` },
      { shell: 'public', csp: { 'frame-src': "'self'" } },
    );
  }

  /** The HTML part alone, in a frame that may do nothing: no script, no form, no link out of the frame. */
  @Get(':id/html')
  @Public()
  async html(@Param('id') id: string, @Req() request: PageRequest, @Res({ passthrough: true }) reply: PageReply): Promise<string> {
    const mail = await this.find(request, id);
    setWholePolicy(reply, {
      'default-src': "'none'",
      'style-src': "'unsafe-inline'",
      'img-src': 'data:',
      'frame-ancestors': "'self'",
      sandbox: 'allow-popups allow-popups-to-escape-sandbox',
    });
    reply.type('text/html; charset=utf-8');
    const inline = (html: string, { cid, png }: KeptMail['images'][number]): string =>
      html.replaceAll(`cid:${cid}`, `data:image/png;base64,${png}`);
    return mail.images.reduce(inline, mail.html).replace('<head>', '<head><base target="_blank">');
  }

  /** @throws Rejection `not-found` for whoever may not look, and where mails go to a server */
  private open({ caller }: PageRequest): { mailbox: Mailbox; network: string | undefined } {
    const allowed = caller.kind === 'employee' && caller.permissions.has(MAILBOX_PERMISSION);
    if (!(this.mailer instanceof Mailbox) || !(this.config.demo || allowed)) throw new Rejection('not-found');
    return { mailbox: this.mailer, network: this.config.demo ? undefined : (caller as { network: string }).network };
  }

  private async find(request: PageRequest, id: string): Promise<KeptMail> {
    const { mailbox, network } = this.open(request);
    const mail = await mailbox.read(id);
    if (!mail || (network && mail.network !== network)) throw new Rejection('not-found');
    return mail;
  }
}
