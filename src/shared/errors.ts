import { z } from 'zod';
import { reasonWords } from './manifest-reasons.ts';

/**
 * The one register of errors. A code is stable and public; the sentence is for the viewer and says what to
 * do next; `retry` says whether trying again can help:
 *   - `later`: by itself, after a while (a busy server, no network)
 *   - `after-action`: once the viewer has done what the sentence says
 *   - `never`: the same request will always fail
 * Sentences in other languages live in resources/locales under `error.<code>`; a test keeps them complete.
 * `{name}` in a sentence is filled from the error's details; `{reason}` may be a code with words of its own, see
 * manifest-reasons. A reason in somebody else's words, in one language, stays out of a viewer's sentence: it is for
 * the log and the command line.
 */
const register = {
  'network/offline': ['You are offline. Connect to the internet and try again.', 'later'],
  'network/unreachable': ['The address did not answer. Check your connection and try again.', 'later'],
  'network/captive-portal': [
    'This network answers in place of Layover’s servers. Sign in to the network in a browser, then try again.',
    'later',
  ],
  'service/unreachable': [
    'Layover’s service cannot be reached. What you downloaded still plays; try again in a while.',
    'later',
  ],
  'service/bad-answer': [
    'The service sent an answer that Layover cannot read. Try again later, or update Layover.',
    'later',
  ],
  'service/refused': ['The service refuses this. Look into your account there, or ask its support.', 'never'],
  'service/no-address': [
    'Layover does not know the address of your service yet. Enter it, then sign in.',
    'after-action',
  ],
  'auth/wrong-credentials': [
    'That email address and password do not match. Check them and try again.',
    'after-action',
  ],
  'auth/too-many-attempts': ['Too many attempts. Wait a few minutes, then try again.', 'later'],
  'auth/signed-out': ['You are signed out. Sign in to go on.', 'after-action'],
  'auth/subscription-inactive': [
    'Your subscription is not active. Renew it in your account to play this.',
    'after-action',
  ],
  'profile/unknown': ['That profile does not exist any more. Choose another.', 'after-action'],
  'profile/wrong-pin': ['That PIN is not right. Try again.', 'after-action'],
  'profile/not-chosen': ['Choose who is watching first.', 'after-action'],
  'catalog/not-found': ['That title is no longer available. Choose another.', 'never'],
  'catalog/not-in-country': ['That title is not available in your country.', 'never'],
  'catalog/restricted': ['This profile may not watch that title. Choose another profile.', 'after-action'],
  'manifest/malformed': ['This video’s manifest is damaged ({reason}). Try again later.', 'later'],
  'manifest/unsupported': ['This video uses something Layover cannot play: {reason}.', 'never'],
  'manifest/live': [
    'This is a live stream, which can be neither played nor downloaded here. Choose something recorded.',
    'never',
  ],
  'selection/nothing': [
    'None of what was chosen exists in this title. Choose another quality or language.',
    'after-action',
  ],
  'cdn/no-oca': ['No server has this video just now. Try again in a while.', 'later'],
  'cdn/address-expired': ['The address of this video has expired. Layover is asking for a new one.', 'later'],
  'cdn/digest-mismatch': [
    'The servers sent damaged data, and it was thrown away. Try again in a while.',
    'later',
  ],
  'cdn/no-key': [
    'The key of this video could not be had from its address (answer {status}). Try again, or ask whoever gave you the address.',
    'later',
  ],
  'address/not-one': [
    'That is not a web address. Paste the whole of it, from https:// to its end.',
    'after-action',
  ],
  'address/scheme': [
    'Addresses that begin with {scheme} are not opened. Paste one that begins with https: or http:.',
    'after-action',
  ],
  'address/credentials': [
    'That address carries a user name or a password. Take it out and try again.',
    'after-action',
  ],
  'address/web-page': [
    'A web page lies at that address, not a video. Paste the address of the stream itself: it often ends in .m3u8 or .mpd.',
    'after-action',
  ],
  'address/wrong-content': [
    'What lies at that address ({what}) is neither HLS nor DASH. Paste the address of a stream: it often ends in .m3u8 or .mpd.',
    'after-action',
  ],
  'address/refused': [
    'The server does not give out what you asked for (answer {status}). Check the address and try again.',
    'after-action',
  ],
  'address/busy': [
    'The server of that address cannot answer just now (answer {status}). Try again in a while.',
    'later',
  ],
  'address/too-large': [
    'What lies at that address is far too large to be the list of a video’s parts. Check the address.',
    'after-action',
  ],
  'address/no-parts': [
    'The server of that address does not give out parts of files, which this video needs. Choose another address.',
    'never',
  ],
  'address/not-of-service': [
    'That is kept on this computer only: the service knows nothing of what you opened from an address.',
    'never',
  ],
  'store/no-space': [
    'The disk is full. Free {neededBytes} bytes, or remove a download, then resume.',
    'after-action',
  ],
  'store/read-only': [
    'Layover cannot write to {folder}. Allow writing to it or choose another folder.',
    'after-action',
  ],
  'store/missing': ['The files of this download are gone. Resume it to download them again.', 'after-action'],
  'store/absent': [
    'The drive with your downloads is not there ({folder}). Connect it and try again; nothing is lost.',
    'after-action',
  ],
  'store/unreadable': [
    'The drive with your downloads cannot be read just now. Check it and its permissions, then try again.',
    'after-action',
  ],
  'store/damaged': [
    'A part of this download is damaged. It is repaired as soon as you are online.',
    'after-action',
  ],
  'store/locked': ['This download is locked. Renew its license to unlock it.', 'after-action'],
  'store/unsupported-version': [
    'This download was made by a newer Layover. Update Layover to play it.',
    'after-action',
  ],
  'store/moving': [
    'Your downloads are being moved already. Wait until that is done, or cancel it.',
    'after-action',
  ],
  'store/place-inside': [
    '{folder} lies inside the folder that downloads are in now. Choose another folder.',
    'after-action',
  ],
  'store/place-not-empty': ['There are other files in {folder}. Choose an empty folder.', 'after-action'],
  'store/place-no-folder': ['{folder} is a file, or lies below one. Choose a folder.', 'after-action'],
  'store/place-unusable': [
    'Downloads cannot be kept in {folder}: the system refuses to make a folder there ({reason}). Choose another folder.',
    'after-action',
  ],
  'store/place-gone': [
    'The new place for your downloads went away ({folder}). Nothing is lost: all of them are where they were. Connect it, then move them again.',
    'after-action',
  ],
  'store/place-failing': [
    'The new place for your downloads cannot be written and read back ({folder}). Nothing is lost: all of them are where they were. Check that drive, or choose another.',
    'after-action',
  ],
  'store/place-taken': [
    '{folder} holds the downloads of another Layover. Choose another folder.',
    'after-action',
  ],
  'database/corrupt': [
    'Layover’s database was damaged and set aside. What its last good copy held is back; sign in if asked.',
    'never',
  ],
  'database/in-use': [
    'Layover is running already with this folder. Use the window that is open, or close it first.',
    'after-action',
  ],
  'database/unwritable': [
    'Layover cannot write to its folder {folder}. Allow writing to it and start again.',
    'after-action',
  ],
  'database/full': [
    'The disk is full. Free some space or remove a download, then try again.',
    'after-action',
  ],
  'database/failing': [
    'The disk with Layover’s own data is failing. Check it, then try again.',
    'after-action',
  ],
  'database/newer': ['This data belongs to a newer Layover. Update Layover to open it.', 'after-action'],
  'device/secret-unreadable': [
    'This computer’s keychain no longer opens Layover’s key, so your downloads are locked. Go online and sign in again: they play again, and nothing is downloaded again.',
    'after-action',
  ],
  'device/recovered': [
    'This computer’s keychain had lost Layover’s key. Your downloads were licensed again; nothing was downloaded again.',
    'never',
  ],
  'device/not-in-escrow': [
    'The service has no copy of this computer’s lost key. Download your titles again.',
    'after-action',
  ],
  'device/keychain-locked': [
    'This computer’s keychain is locked. Unlock it, then start Layover again.',
    'after-action',
  ],
  'device/is-this': ['That is this computer. To leave it, sign out.', 'never'],
  'license/none': [
    'There is no license for this video on this computer. Go online to get one.',
    'after-action',
  ],
  'license/not-allowed': [
    'The license does not allow this. It can be streamed instead, when you are online.',
    'never',
  ],
  'license/expired': [
    'This download has expired. Go online and renew it; nothing is downloaded again.',
    'after-action',
  ],
  'license/rental-expired': [
    'The time to start this download is over. Go online and renew it; nothing is downloaded again.',
    'after-action',
  ],
  'license/playback-expired': [
    'The time to finish this download is over. Go online and renew it; nothing is downloaded again.',
    'after-action',
  ],
  'license/renewal-overdue': [
    'This download has been offline for too long. Go online and renew it; nothing is downloaded again.',
    'after-action',
  ],
  'license/not-yet': [
    'This title has not started yet. Your download is ready and plays when it does.',
    'later',
  ],
  'license/revoked': [
    'The service has taken this download back. Remove it, and look for the title again.',
    'after-action',
  ],
  'license/clock-behind': [
    'This computer’s clock is behind. Set the right date and time, or go online, to play.',
    'after-action',
  ],
  'license/first-play-unwritten': [
    'Layover could not write down that you started watching. Free some space on the disk, then press play again.',
    'after-action',
  ],
  'license/clock-corrected': [
    'This computer’s clock is wrong, and Layover goes by the service’s time. Set the right date and time before you go offline.',
    'after-action',
  ],
  'license/replay-found': [
    'An older copy of Layover’s data was put back, or another computer uses a copy. What was watched since then counts.',
    'never',
  ],
  'license/forged': [
    'The license is not genuine and was thrown away. Go online to get a new one.',
    'after-action',
  ],
  'license/too-tall': [
    'Your plan no longer includes a picture of this size. Remove this download, then download it again in a smaller one.',
    'after-action',
  ],
  'license/device-limit': [
    'Too many devices hold downloads on this account. Remove one under Settings, Devices, then resume.',
    'after-action',
  ],
  'license/title-limit': [
    'This computer holds as many titles as your plan allows. Remove a download, then resume this one.',
    'after-action',
  ],
  'license/supplier-limit': [
    'This computer holds as many titles of this supplier as your plan allows. Remove one of them, then resume this one.',
    'after-action',
  ],
  'license/yearly-limit': [
    'This title has been downloaded as often as it may be in a year. Stream it; it can be downloaded again from {availableAtMs} on.',
    'after-action',
  ],
  'download/unknown': ['That is not among the downloads, or no longer. Download it first.', 'never'],
  'download/incomplete': ['This download is not finished, and the missing part needs a connection.', 'later'],
  'download/exists': ['This video is in your downloads already.', 'never'],
  'download/of-another-account': [
    'Another account has downloaded this video on this computer. Stream it, or remove that download there.',
    'after-action',
  ],
  'download/no-room': [
    'There is not enough room for this download: {neededBytes} bytes too few. Remove something, or change your limits.',
    'after-action',
  ],
  'download/replaced': [
    'The service has replaced this video, and what you chose of it is gone. Remove it and download it again.',
    'after-action',
  ],
  'playback/unknown-session': ['This playback has ended. Start it again.', 'after-action'],
  'playback/not-verified': [
    'This playback could not be checked: {reason}. Install ffmpeg, or look into the log.',
    'after-action',
  ],
  'rpc/malformed': ['Layover’s window sent a request that cannot be read. Reload the window.', 'never'],
  'rpc/forbidden': ['That request did not come from Layover’s own window, and was refused.', 'never'],
  'host/stopped': ['Layover itself has stopped. Start it again; nothing is lost.', 'after-action'],
  'host/bundle-missing': [
    'The files of Layover’s window are missing from {folder}. Build or install Layover again.',
    'after-action',
  ],
  'trip/invalid': [
    'These dates are no trip: it must end after it begins, in the future, and within a year.',
    'after-action',
  ],
  'settings/invalid': [
    'That setting cannot be used, and was left as it was. Choose another.',
    'after-action',
  ],
  'cli/usage': [
    'The command was not understood: {reason}. Add --help to see how it is used.',
    'after-action',
  ],
  'encode/no-ffmpeg': [
    'ffmpeg was not found. Install it (apt install ffmpeg, brew install ffmpeg, winget install ffmpeg) or set FFMPEG_PATH.',
    'after-action',
  ],
  'encode/bad-source': ['This video cannot be taken in: {reason}. Choose another file.', 'never'],
  'encode/failed': ['Encoding failed ({reason}). Try again; if it stays, report it.', 'later'],
  internal: ['Something went wrong inside Layover. Try again; if it stays, report it.', 'later'],
} as const satisfies Record<string, readonly [sentence: string, retry: 'later' | 'after-action' | 'never']>;

export type ErrorCode = keyof typeof register;
export type ErrorRetry = 'later' | 'after-action' | 'never';
export type ErrorDetails = Record<string, string | number>;

export const errorCodes = Object.keys(register) as ErrorCode[];
const ErrorCodeSchema = z.enum(errorCodes as [ErrorCode, ...ErrorCode[]]);

/** How an error crosses a border: `{code, details}`; sentence and retry follow from the code. */
export const ErrorValue = z.object({
  code: ErrorCodeSchema,
  details: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type ErrorValue = z.infer<typeof ErrorValue>;

export class LayoverError extends Error {
  override readonly name = 'LayoverError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(sentenceOf(code, details), options);
    this.code = code;
    this.details = details;
  }

  get retry(): ErrorRetry {
    return retryOf(this.code);
  }

  toValue(): ErrorValue {
    return { code: this.code, details: this.details };
  }
}

/** Whether and when trying again helps. */
export function retryOf(code: ErrorCode): ErrorRetry {
  return register[code][1];
}

/** The English sentence with its blanks filled; a detail named for a time (`…AtMs`) reads as its day. */
export function sentenceOf(code: ErrorCode, details: ErrorDetails = {}): string {
  return register[code][0].replaceAll(/\{(\w+)\}/g, (blank, name: string) => {
    const value = name === 'reason' ? reasonWords(details) : details[name];
    if (typeof value === 'number' && name.endsWith('AtMs')) return new Date(value).toISOString().slice(0, 10);
    return String(value ?? blank);
  });
}

/** The raw English sentence, blanks left in: what translations are checked against. */
export function templateOf(code: ErrorCode): string {
  return register[code][0];
}

/** What SQLite and the system say of a disk without room, whoever wrote. */
const DISK_FULL = /^(SQLITE_FULL|ENOSPC|EDQUOT)$/;
/** And of one that fails; of the disk with the downloads the store has its own words. */
const DISK_FAILS = /^(SQLITE_IOERR(_\w+)?|EIO)$/;

/** Whatever was thrown, as a value of the register. What nobody foresaw is `internal`, cause kept. */
export function asLayoverError(thrown: unknown): LayoverError {
  if (thrown instanceof LayoverError) return thrown;
  const systemCode = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (DISK_FULL.test(systemCode)) return new LayoverError('database/full', {}, { cause: thrown });
  if (DISK_FAILS.test(systemCode)) return new LayoverError('database/failing', {}, { cause: thrown });
  const value = ErrorValue.safeParse(thrown);
  if (value.success) return new LayoverError(value.data.code, value.data.details);
  return new LayoverError('internal', {}, { cause: thrown });
}

export function isLayoverError<C extends ErrorCode>(
  thrown: unknown,
  ...codes: C[]
): thrown is LayoverError & { code: C } {
  return thrown instanceof LayoverError && (codes.length === 0 || codes.includes(thrown.code as C));
}
