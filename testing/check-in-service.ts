import { CHECK_IN_TYPE } from '../src/shared/check-in.ts';
import type { CheckInBody, CheckInStatement } from '../src/shared/check-in.ts';
import { LayoverError } from '../src/shared/errors.ts';
import type { CheckInService, DeviceIdentity } from '../src/license/types.ts';
import type { Ms } from '../src/shared/units.ts';
import type { LicenseIssuer } from './license-issuer.ts';

export interface FakeCheckInService extends CheckInService {
  online: boolean;
  readonly asked: CheckInBody[];
  readonly escrow: string[];
  /** What every later statement says beside what the question asks for, true or not. */
  says: Partial<CheckInStatement>;
  /** Signs in place of the issuer. */
  signer: Pick<LicenseIssuer, 'sign'>;
  header: Record<string, unknown>;
}

const aPoint = { kty: 'EC', crv: 'P-256' } as const;
/** A public key of P-256 (RFC 7517, A.1). */
export const escrowKey: DeviceIdentity['publicKey'] = {
  ...aPoint,
  x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
  y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
};

/** The service's side of a check-in, which says what a test wants it to say; signed genuinely unless told otherwise. */
export function createFakeCheckInService(issuer: LicenseIssuer, now: () => Ms): FakeCheckInService {
  const fake: FakeCheckInService = {
    online: true,
    asked: [],
    escrow: [],
    says: {},
    signer: issuer,
    header: { typ: CHECK_IN_TYPE },
    async checkIn(deviceId, body) {
      fake.asked.push(body);
      if (!fake.online) throw new LayoverError('service/unreachable');
      const word: CheckInStatement = {
        type: CHECK_IN_TYPE,
        deviceId,
        nonce: body.nonce,
        nowMs: now(),
        counter: body.counter + 1,
        replayed: false,
        revoked: [],
        released: [],
        firstPlays: body.firstPlays,
        licenseKeys: issuer.publicKeys,
        escrowKey,
        ...fake.says,
      };
      return { statement: await fake.signer.sign(word, fake.header) };
    },
    async putEscrow(_deviceId, sealed) {
      if (!fake.online) throw new LayoverError('service/unreachable');
      fake.escrow.push(sealed);
    },
  };
  return fake;
}
