import { z } from 'zod';
import type { FollowedTitle } from '../../shared/downloads.ts';
import { table } from '../output.ts';
import { withProfile } from '../run.ts';
import type { Session } from '../run.ts';
import { parseOptions } from '../usage.ts';

const Options = z.object({ episodes: z.coerce.number().int().min(1).max(10).default(3) });

const WHO_ADDS = '`layover queue run` downloads them, and so does the app while it runs.';

/** `follow TITLE [--episodes N]`: keeps the next ones ready; `follow`: which series are followed. */
export async function follow(session: Session, titleId: string | undefined, raw: unknown): Promise<void> {
  const { episodes } = parseOptions(Options, raw);
  const { client } = session.engine;
  await withProfile(session);
  const followed =
    titleId === undefined
      ? await client.downloads.followed()
      : await client.downloads.follow({ titleId, keepNext: episodes });
  session.output.answer({ followed }, () =>
    followed.length === 0 ? followedInWords(followed) : `${followedInWords(followed)}\n${WHO_ADDS}`,
  );
}

/** What is downloaded stays. */
export async function unfollow(session: Session, titleId: string): Promise<void> {
  await withProfile(session);
  const followed = await session.engine.client.downloads.follow({ titleId, keepNext: 0 });
  session.output.answer({ followed }, () => followedInWords(followed));
}

function followedInWords(followed: readonly FollowedTitle[]): string {
  if (followed.length === 0) return 'No series is followed.';
  return table(
    followed.map(({ titleId, titleName, keepNext }) => [titleId, titleName, `next ${keepNext} kept ready`]),
  );
}
