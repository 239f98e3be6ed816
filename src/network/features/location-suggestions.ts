import { Get, Query, Req } from '@nestjs/common';
import { SignedIn } from '../../platform/security/permit';
import type { PageRequest } from '../../platform/web/page';
import { PageController } from '../../platform/web/page-controller';
import { LocationChoices } from './location-choices';

const MOST_TYPED = 200;

/** What fits, while somebody types a location into a form. */
@PageController('n/:slug/location-choices')
export class LocationSuggestions {
  constructor(private readonly choices: LocationChoices) {}

  @Get()
  @SignedIn()
  fit(@Req() request: PageRequest, @Query('q') q: unknown): Promise<readonly string[]> {
    return this.choices.suggested(request, typeof q === 'string' ? q.slice(0, MOST_TYPED) : '');
  }
}
