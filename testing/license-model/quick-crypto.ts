import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createSecretKey,
  KeyObject,
  verify,
} from 'node:crypto';
import type { webcrypto } from 'node:crypto';

/**
 * WebCrypto as license/ meets it through jose, of the same OpenSSL, without the way to a thread and back that is most of
 * what a signature costs there; keys that were imported, and agreements that were made, are not made again. Every signature
 * is checked and every key opened all the same: `quick-crypto.test.ts` compares the two. For this process only.
 */
type Key = webcrypto.CryptoKey;
type Subtle = webcrypto.SubtleCrypto;

const TAG_BYTES = 16;
/** Of a sequence there are a handful; what is not needed any more is not kept for a million of them. */
const REMEMBERED = 500;

export function quickSubtle(real: Subtle): Subtle {
  const imported = new Map<string, Promise<Key>>();
  const objects = new WeakMap<Key, KeyObject>();
  const verified = new Map<string, { key: Key; data: Buffer; fits: boolean }>();
  const agreed = new WeakMap<Key, WeakMap<Key, Promise<ArrayBuffer>>>();

  function objectOf(key: Key): KeyObject {
    const known = objects.get(key) ?? KeyObject.from(key);
    objects.set(key, known);
    return known;
  }

  function withObject(key: Key, bytes: webcrypto.BufferSource): Key {
    objects.set(key, createSecretKey(bytesOf(bytes)));
    return key;
  }
  /** Key pairs for one agreement each, as for the escrow: nothing here is a secret, so one does for all. */
  const generated = new Map<string, unknown>();
  function generateKey(...args: unknown[]): unknown {
    const name = JSON.stringify(args);
    const known = generated.get(name) ?? Reflect.apply(real.generateKey.bind(real), undefined, args);
    generated.set(name, known);
    return known;
  }

  const quick: Pick<Subtle, 'importKey' | 'verify' | 'deriveBits' | 'digest' | 'encrypt' | 'decrypt'> = {
    importKey(...args: unknown[]) {
      const again = () => Reflect.apply(real.importKey.bind(real), undefined, args) as Promise<Key>;
      const [format, data] = args;
      if (format === 'raw') return again().then((key) => withObject(key, data as webcrypto.BufferSource));
      if (format !== 'jwk') return again();
      const name = JSON.stringify([data, ...args.slice(2)]);
      const known = imported.get(name) ?? again();
      if (imported.size >= REMEMBERED) imported.clear();
      imported.set(name, known);
      return known;
    },
    async verify(algorithm, key, signature, data) {
      if (nameOf(algorithm) !== 'Ed25519') return real.verify(algorithm, key, signature, data);
      const name = bytesOf(signature).toString('base64');
      const last = verified.get(name);
      // A license is verified when it comes and whenever it is opened: the same bytes with the same key are the same answer.
      if (last?.key === key && last.data.equals(bytesOf(data))) return last.fits;
      const fits = verify(null, bytesOf(data), objectOf(key), bytesOf(signature));
      if (verified.size >= REMEMBERED) verified.clear();
      verified.set(name, { key, data: Buffer.from(bytesOf(data)), fits });
      return fits;
    },
    async deriveBits(...args) {
      const [algorithm, key, length] = args as Parameters<typeof real.deriveBits>;
      if (!('public' in algorithm)) throw new TypeError(`${algorithm.name} is not done here`);
      const ofKey = agreed.get(key) ?? new WeakMap<Key, Promise<ArrayBuffer>>();
      const known = ofKey.get(algorithm.public) ?? real.deriveBits(algorithm, key, length);
      agreed.set(key, ofKey.set(algorithm.public, known));
      return (await known).slice(0);
    },
    async digest(algorithm, data) {
      return bufferOf(createHash(nameOf(algorithm)).update(bytesOf(data)).digest());
    },
    async encrypt(algorithm, key, data) {
      const { iv, additionalData } = gcmOf(algorithm);
      const secret = objectOf(key);
      const sealer = createCipheriv(cipherOf(secret), secret, bytesOf(iv));
      if (additionalData) sealer.setAAD(bytesOf(additionalData));
      const sealed = [sealer.update(bytesOf(data)), sealer.final()];
      return bufferOf(Buffer.concat([...sealed, sealer.getAuthTag()]));
    },
    async decrypt(algorithm, key, data) {
      const { iv, additionalData } = gcmOf(algorithm);
      const secret = objectOf(key);
      const opener = createDecipheriv(cipherOf(secret), secret, bytesOf(iv), { authTagLength: TAG_BYTES });
      const sealed = bytesOf(data);
      if (additionalData) opener.setAAD(bytesOf(additionalData));
      opener.setAuthTag(sealed.subarray(-TAG_BYTES));
      return bufferOf(Buffer.concat([opener.update(sealed.subarray(0, -TAG_BYTES)), opener.final()]));
    },
  };
  return new Proxy(real, {
    get(_, name) {
      if (name === 'generateKey') return generateKey;
      const own: unknown = Reflect.get(quick, name);
      if (own !== undefined) return own;
      const theirs: unknown = Reflect.get(real, name);
      return typeof theirs === 'function' ? (theirs.bind(real) as unknown) : theirs;
    },
  });
}

/** From now on this process asks there. */
export function useQuickCrypto(): void {
  const subtle = quickSubtle(globalThis.crypto.subtle);
  Object.defineProperty(globalThis.crypto, 'subtle', { value: subtle });
}

function nameOf(algorithm: string | { name: string }): string {
  return typeof algorithm === 'string' ? algorithm : algorithm.name;
}
function gcmOf(algorithm: string | webcrypto.Algorithm): webcrypto.AesGcmParams {
  if (typeof algorithm !== 'string' && algorithm.name === 'AES-GCM' && 'iv' in algorithm)
    return algorithm as webcrypto.AesGcmParams;
  throw new TypeError(`${nameOf(algorithm)} is not done here`);
}
function cipherOf(secret: KeyObject): 'aes-256-gcm' {
  if (secret.symmetricKeySize !== 32) throw new TypeError('a key of 256 bits');
  return 'aes-256-gcm';
}
function bytesOf(data: webcrypto.BufferSource): Buffer {
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
}
function bufferOf(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
