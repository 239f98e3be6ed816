import { Injectable } from '@nestjs/common';
import { NetworkFacade, type NetworkSummary } from '../../network';
import { Rejection } from '../../kernel/rejection';
import type { DeviceCaller } from '../../platform/security/caller';
import { Page, type PageModel, type PageNetwork, type PageRequest } from '../../platform/web/page';

/** A request of a screen at the counter: the guard let an activated device through. */
export type DeviceRequest = PageRequest & { caller: DeviceCaller; network: PageNetwork };

export interface ScreenOptions {
  readonly status?: number;
  readonly scripts?: readonly string[];
}

/** What every screen at the counter has around it: the place, the device's code, the way home and to today's list. */
@Injectable()
export class Counter {
  constructor(private readonly networks: NetworkFacade) {}

  async screen(request: DeviceRequest, view: string, model: PageModel, { status, scripts = [] }: ScreenOptions = {}): Promise<Page> {
    const { caller, network } = request;
    const place = await this.networks.location(network.id, caller.locationId);
    const base = baseOf(request);
    const counter = { place: place?.name ?? network.name, code: caller.code, home: base, today: `${base}/today` };
    const manifest = `${base}/app.webmanifest`;
    const csp = { 'manifest-src': "'self'" };
    return new Page(view, { ...model, counter, base }, { shell: 'device', status, manifest, csp, scripts: ['counter.js', ...scripts] });
  }

  /** @throws Rejection `not-found` */
  async network({ network }: DeviceRequest): Promise<NetworkSummary> {
    const found = await this.networks.network(network.id);
    if (!found) throw new Rejection('not-found');
    return found;
  }
}

export const baseOf = ({ network }: DeviceRequest): string => `/n/${network.slug}/redeem`;
