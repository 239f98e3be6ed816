import { Injectable } from '@nestjs/common';
import { Config } from '../../platform/config';
import type { PageNetwork, PageRequest } from '../../platform/web/page';
import { tabsOf, tenderMatch, type LocationTills, type SeenTender, type Till } from '../../network';
import { PosSightings, type Sighting } from './pos-sightings';
import { listOf, objectOf, textOf } from './till-json';
import { TillMakers } from './till-makers';

const paths = { generic: '/v1/pos-events', square: '/hooks/square', clover: '/hooks/clover' } as const;

type OfficeRequest = PageRequest & { network: PageNetwork };

/** What the page of a location's tills shows. Secrets are never shown again, only their last characters. */
@Injectable()
export class TillList {
  constructor(
    private readonly sightings: PosSightings,
    private readonly makers: TillMakers,
    private readonly config: Config,
  ) {}

  async shown(request: OfficeRequest, locationId: string, { rule, ownRule, tills }: LocationTills) {
    const seen = await this.sightings.latest(request.network.id, locationId);
    return {
      tabs: tabsOf(request, locationId, '/pos'),
      tills: await Promise.all(tills.map((till) => this.till(request, locationId, till))),
      ownRule,
      rule: { names: rule.names.join('\n'), types: rule.types.join('\n'), ids: rule.ids.join('\n') },
      tenders: await this.tenders(tills),
      seen: seen.map((each) => this.seen(request, each, tenderMatch(rule, each.tender) !== undefined || unnamed(each))),
    };
  }

  private async till({ reader, network }: OfficeRequest, locationId: string, till: Till) {
    const { id, kind, place, environment, hints, secret, token } = till;
    const health = await this.sightings.health(id);
    const { problem, lastHeardAt } = health ?? {};
    const state = problem ? 'blocked' : lastHeardAt ? 'active' : 'pending';
    return {
      id,
      kind: reader.t(`redemption.tills.kind.${kind}`),
      generic: kind === 'generic',
      square: kind === 'square',
      clover: kind === 'clover',
      place,
      environment,
      address: `${this.config.publicUrl}${paths[kind]}/${id}`,
      href: `/n/${network.slug}/locations/${locationId}/pos/connections/${id}`,
      state,
      stateLabel: reader.t(`redemption.tills.state.${state}`),
      problem: problem && reader.t(`redemption.tills.problem.${problem}`),
      problemAt: health?.problemAt,
      lastHeardAt,
      verificationCode: kind === 'clover' && secret === undefined ? health?.verificationCode : undefined,
      secretHint: secret === undefined ? undefined : `••••${hints.secret ?? ''}`,
      tokenHint: token === undefined ? undefined : `••••${hints.token ?? ''}`,
    };
  }

  private seen({ reader }: OfficeRequest, { externalId, amount, tender, verdict, takenAt, seenAt, kind }: Sighting, matches: boolean) {
    const words = [tender.name, tender.type, tender.id, tender.note].filter(Boolean);
    return {
      externalId,
      amount,
      tender: words.length > 0 ? words.join(' · ') : reader.t('redemption.tills.unnamed'),
      kind: reader.t(`redemption.tills.kind.${kind}`),
      at: takenAt ?? seenAt,
      match: matches ? 'active' : 'voided',
      matchLabel: reader.t(matches ? 'redemption.tills.matches' : 'redemption.tills.matches-not'),
      verdict: reader.t(`redemption.tills.verdict.${verdict}`),
    };
  }

  /** A Clover merchant's own payment methods, to pick the right one's id from. Left out where Clover doesn't answer. */
  private async tenders(tills: readonly Till[]): Promise<readonly { readonly id: string; readonly label: string }[]> {
    const till = tills.find(({ kind, token, place }) => kind === 'clover' && token !== undefined && place !== undefined);
    if (!till) return [];
    const answer = await this.makers.get(till, `/v3/merchants/${till.place}/tenders`).catch(() => undefined);
    return listOf(answer?.elements)
      .map(objectOf)
      .map(({ id, label, labelKey }) => ({ id: textOf(id, 64) ?? '', label: textOf(label, 127) ?? textOf(labelKey, 127) ?? '' }))
      .filter(({ id }) => id !== '')
      .slice(0, 50);
  }
}

/** A partner's own software that names no payment method reports gift card payments only. */
const unnamed = ({ kind, tender }: { kind: string; tender: SeenTender }): boolean =>
  kind === 'generic' && (tender.name ?? tender.id ?? tender.type ?? tender.note) === undefined;
