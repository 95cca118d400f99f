import { Command, CommanderError } from 'commander';
import * as account from './commands/account.ts';
import * as addresses from './commands/addresses.ts';
import * as catalog from './commands/catalog.ts';
import * as devices from './commands/devices.ts';
import { download } from './commands/download.ts';
import * as downloads from './commands/downloads.ts';
import { follow, unfollow } from './commands/follow.ts';
import { licenseClock } from './commands/license-clock.ts';
import { ocas } from './commands/ocas.ts';
import { play } from './commands/play.ts';
import * as queue from './commands/queue.ts';
import { simulate } from './commands/simulate.ts';
import { checkStorage } from './commands/storage-check.ts';
import { moveStorage } from './commands/storage-move.ts';
import * as storage from './commands/storage.ts';
import { trip } from './commands/trip.ts';
import { createOutput, reportError, WRONGLY_CALLED } from './output.ts';
import { run, runAlone } from './run.ts';
import { usageError } from './usage.ts';

const program = new Command('layover')
  .description('Layover in a terminal: the same engine, without a window.')
  // What commander says of a wrong call is told like every other error, below.
  .exitOverride()
  .configureOutput({ outputError: () => undefined });

/** Every command takes the common options, so that they may stand before or behind its own. */
function command(usage: string, description: string, parent = program): Command {
  return parent
    .command(usage)
    .description(description)
    .option('--json', 'one JSON value on standard output, progress as JSON lines on standard error')
    .option('--data <folder>', 'where this viewer’s data lies')
    .option('--service <url>', 'the service to speak with')
    .option('--profile <name>', 'who is watching; NAME:PIN for a profile with a PIN')
    .option('--verbose', 'the log on standard error')
    .option('--qa-clock-offset-ms <ms>', 'for testers: moves this run’s wall clock');
}

/** Of a command within another one, whose options may stand before or behind its name. */
const all = (own: Command): object => own.optsWithGlobals();

command('sign-in <email>', 'sign in; the password from --password or LAYOVER_PASSWORD')
  .option('--password <password>')
  .action((email: string, o: object) => run(o, (session) => account.signIn(session, email, o)));
command('status', 'connection, account, what waits to be sent; hears what became of licenses').action(
  (o: object) => run(o, account.status),
);
command('browse', 'the rows of the home screen').action((o: object) => run(o, catalog.browse));
command(
  'open <url>',
  'open the address of an HLS or DASH recording: says what it is, and by which id to play it',
).action((url: string, o: object) => run(o, (session) => addresses.open(session, url)));
command('opened', 'what was opened from addresses').action((o: object) => run(o, addresses.list));
command('forget <id>', 'forget what was opened from an address, and remove its download').action(
  (id: string, o: object) => run(o, (session) => addresses.forget(session, id)),
);
command('search <words>', 'find titles').action((words: string, o: object) =>
  run(o, (session) => catalog.search(session, words)),
);
command('title <titleId>', 'a title and its videos').action((titleId: string, o: object) =>
  run(o, (session) => catalog.title(session, titleId)),
);
command(
  'download <video>',
  'download a video, or go on with it; <video> is its id, a film’s TITLE id, or TITLE:S1E2',
)
  .option('--season <n>', 'of the series <video>: all episodes of this season')
  .option('--next <n>', 'of the series <video>: the next episodes that are neither watched nor downloaded')
  .option('--rendition <id>', 'exactly this video rendition')
  .option('--max-height <pixels>', 'the best that is no taller')
  .option('--max-gb-per-hour <n>', 'the best that takes no more')
  .option('--data-saver', 'the smallest')
  .option('--audio <languages>', 'comma-separated')
  .option('--subtitles <languages>', 'comma-separated')
  .option('--audio-description', 'with audio description where there is one')
  .option('--priority <priority>', 'high, normal or low')
  .action((video: string, o: object) => run(o, (session) => download(session, video, o)));
command('downloads', 'what is downloaded, how far, and until when it plays').action((o: object) =>
  run(o, downloads.list),
);
command('remove <video>', 'remove a download and release its license').action((video: string, o: object) =>
  run(o, (session) => downloads.remove(session, video)),
);
command('pin <video>', 'keep a download, whatever the rules for space say')
  .option('--off', 'let the rules have it again')
  .action((video: string, o: object) => run(o, (session) => downloads.pin(session, video, o)));

const queueCommand = command('queue', 'what is not complete yet, in the order of work').action((o: object) =>
  run(o, queue.queue),
);
command('move <video>', 'change its place or its priority', queueCommand)
  .option('--first', 'to the front')
  .option('--last', 'to the end')
  .option('--before <video>', 'before another one')
  .option('--priority <priority>', 'high, normal or low')
  .action((video: string, _: object, own: Command) =>
    run(all(own), (session) => queue.move(session, video, all(own))),
  );
command('run', 'work on the queue until nothing is left to do', queueCommand).action(
  (_: object, own: Command) => run(all(own), queue.runQueue),
);
command('pause [video]', 'pause a download')
  .option('--all', 'pause every one')
  .action((video: string | undefined, o: object) => run(o, (session) => queue.pause(session, video, o)));
command('resume [video]', 'resume a download that is paused or failed')
  .option('--all', 'resume every one that is paused')
  .action((video: string | undefined, o: object) => run(o, (session) => queue.resume(session, video, o)));
command('start-anyway <video>', 'download it now, whatever network, charger and schedule say').action(
  (video: string, o: object) => run(o, (session) => queue.startAnyway(session, video)),
);
command('follow [titleId]', 'keep the next episodes of a series ready; alone: the series that are followed')
  .option('--episodes <n>', 'so many', '3')
  .action((titleId: string | undefined, o: object) => run(o, (session) => follow(session, titleId, o)));
command('unfollow <titleId>', 'no longer; what is downloaded stays').action((titleId: string, o: object) =>
  run(o, (session) => unfollow(session, titleId)),
);

const storageCommand = command('storage', 'where downloads lie, and how full it is').action((o: object) =>
  run(o, storage.storage),
);
command('move <folder>', 'move all downloads; Ctrl-C leaves them where they were', storageCommand).action(
  (folder: string, _: object, own: Command) => run(all(own), (session) => moveStorage(session, folder)),
);
command('check', 'read and verify all that is stored', storageCommand)
  .option('--repair', 'stay until what is damaged is fetched again')
  .action((_: object, own: Command) => run(all(own), (session) => checkStorage(session, all(own))));
command('limits', 'what downloads may take; without options, what is set', storageCommand)
  .option('--budget <size>', 'all downloads together at most: 50GB, or none')
  .option('--floor <size>', 'so much of the disk stays free: 2GB')
  .action((_: object, own: Command) => run(all(own), (session) => storage.limits(session, all(own))));

command('play <video>', 'play through the media handler, decoded by ffmpeg')
  .requiredOption(
    '--verify',
    'decode everything and report frames and digests: the only way to play without a screen',
  )
  .option('--seconds <n>', 'only so much')
  .option('--rendition <id>', 'one rendition’s own playlist')
  .option('--frames-out <file>', 'write every frame’s time and md5')
  .action((video: string, o: object) => run(o, (session) => play(session, video, o)));
command('ocas <video>', 'probe the OCAs of a video').action((video: string, o: object) =>
  run(o, (session) => ocas(session, video)),
);
const license = command('license [video]', 'what may be played until when')
  .option('--renew', 'get new windows from the service')
  .action((video: string | undefined, o: object) =>
    run(o, (session) => downloads.license(session, video, o)),
  );
license
  .command('simulate <scenario>')
  .description('for testers: run a scenario of the license lab, see docs/license-scenarios.md')
  .option('--json', 'one JSON value on standard output')
  .action((scenario: string, o: object) =>
    runAlone({ ...license.opts(), ...o }, (output) => simulate(output, scenario)),
  );
command('clock', 'the time by which licenses are measured, and what is known of this clock', license).action(
  (_: object, own: Command) => run(all(own), licenseClock),
);
command('trip', 'what plays while you are offline, and whether it is enough')
  .requiredOption(
    '--from <time>',
    'when you go offline: 2026-12-01T08:00, by this computer’s time zone; or now',
  )
  .requiredOption('--to <time>', 'when you are back')
  .option('--hours-per-day <hours>', 'how much you would watch', '3')
  .option('--renew', 'renew what must be renewed now')
  .option('--download', 'download what would fill the time, as far as it fits, and stay until it is here')
  .action((o: object) => run(o, (session) => trip(session, o)));
const devicesCommand = command(
  'devices',
  'where the account is signed in, and what is downloaded there',
).action((o: object) => run(o, devices.list));
command('remove <device>', 'sign another device out and free what it holds', devicesCommand).action(
  (device: string, _: object, own: Command) => run(all(own), (session) => devices.remove(session, device)),
);
command('sync', 'tell the service what was watched, and hear what it knows, also of licenses').action(
  (o: object) => run(o, account.sync),
);

try {
  await program.parseAsync();
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) throw thrown;
  // Help ends here too: asked for, with exit code 0; given because there was no command, as a wrong call.
  if (thrown.code === 'commander.help') process.exitCode = WRONGLY_CALLED;
  else if (thrown.exitCode !== 0) {
    const isJson = process.argv.includes('--json');
    const output = createOutput(isJson, process.stdout, process.stderr);
    process.exitCode = reportError(usageError(thrown.message.replace(/^error: /, '')), output);
  }
}
