/**
 * Every algorithm that license/ uses, once. Electron's Node is built on BoringSSL, which lacks part of what
 * OpenSSL has (no AES-KW, no CCM, no ChaCha20-Poly1305 in WebCrypto): so content keys are agreed on directly
 * (ECDH-ES without a key wrap). A test keeps other names out of this folder.
 */
export const algorithms = {
  /** JWS of a license; Ed25519. */
  signature: 'EdDSA',
  /** JWE of a content key: key agreement, its curve, and the cipher. */
  keyAgreement: 'ECDH-ES',
  curve: 'P-256',
  contentEncryption: 'A256GCM',
  /** Of the viewer's own content keys in the database. */
  sealing: 'aes-256-gcm',
  /** For HKDF, HMAC and the fingerprint of a content key. */
  hash: 'sha256',
} as const;
