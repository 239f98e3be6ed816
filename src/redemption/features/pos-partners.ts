import { Get, Req } from '@nestjs/common';
import { Config } from '../../platform/config';
import { Public } from '../../platform/security/permit';
import { Page, type PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';

/** Which tills report to us, what they report and how each is set up; honest about those that don't yet. */
@PageController('pos-partners')
export class PosPartnersPage {
  constructor(private readonly config: Config) {}

  @Get()
  @Public()
  show(@Req() { reader }: PageRequest): Page {
    const steps = (name: string, count: number) =>
      Array.from({ length: count }, (_, at) => ({ nth: at + 1, text: reader.t(`redemption.partners.${name}.${at + 1}`) }));
    const partner = (name: string, count: number, address: string) => ({
      name,
      title: reader.t(`redemption.partners.${name}`),
      reports: reader.t(`redemption.partners.${name}.reports`),
      steps: steps(name, count),
      address: this.config.publicUrl + address,
    });
    const partners = [
      partner('square', 5, '/hooks/square/…'),
      partner('clover', 6, '/hooks/clover/…'),
      partner('generic', 4, '/v1/pos-events/…'),
    ];
    const title = reader.t('redemption.partners.title');
    return new Page('redemption/features/pos-partners', { title, partners, notYet: steps('not-yet', 3) }, { shell: 'public' });
  }
}
