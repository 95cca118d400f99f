import type { Profile } from '../../shared/catalog.ts';
import './avatar.css';

const pictures = import.meta.glob<string>('../../../resources/avatars/*.svg', {
  eager: true,
  query: '?url&no-inline',
  import: 'default',
});
const pictureOf = new Map(
  Object.entries(pictures).map(([file, url]) => [file.replace(/^.*\/|\.svg$/g, ''), url]),
);

/** Decorative: the name stands beside it. An avatar that we do not have becomes the initial. */
export function Avatar({ profile }: { profile: Pick<Profile, 'name' | 'avatar'> }) {
  const url = pictureOf.get(profile.avatar.replace(/\.svg$/, ''));
  return (
    <span className="avatar" aria-hidden>
      {url ? <img src={url} alt="" draggable={false} /> : profile.name.charAt(0).toUpperCase()}
    </span>
  );
}
