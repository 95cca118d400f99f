import { Link2 } from 'lucide-react';
import { useState } from 'react';
import type { ArtworkShape } from '../../shared/service-api.ts';
import { useEnvironment } from '../app/environment.ts';
import './artwork.css';

interface ArtworkProps {
  titleId: string;
  artworkVersion: string;
  shape: ArtworkShape;
  /** Stands in the frame where the picture cannot be had. */
  name: string;
  isEager?: boolean;
}

/** `none`: there is no picture, and nobody is asked for one. Decorative: the name always stands beside it in text, so it is silent to those who listen. */
export function Artwork({ titleId, artworkVersion, shape, name, isEager = false }: ArtworkProps) {
  const address = useEnvironment().artworkUrl(titleId, shape, artworkVersion);
  const [failed, setFailed] = useState<string>();
  return (
    <span className={`artwork artwork-${shape}`}>
      {failed === address || artworkVersion === 'none' ? (
        <span aria-hidden className="artwork-missing">
          {artworkVersion === 'none' ? <Link2 /> : name}
        </span>
      ) : (
        <img
          src={address}
          alt=""
          loading={isEager ? 'eager' : 'lazy'}
          decoding="async"
          draggable={false}
          onError={() => setFailed(address)}
        />
      )}
    </span>
  );
}
