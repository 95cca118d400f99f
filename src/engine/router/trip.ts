import type { Parts } from '../parts.ts';
import { checkTrip } from '../trip/check.ts';
import { renewForTrip } from '../trip/renew.ts';
import { procedures } from './base.ts';

export function tripRouter(parts: Parts) {
  return {
    trip: {
      check: procedures.trip.check.handler(({ input }) => checkTrip(parts, input)),
      renew: procedures.trip.renew.handler(({ input, signal }) =>
        renewForTrip(parts, input.downloadIds, signal),
      ),
    },
  };
}
