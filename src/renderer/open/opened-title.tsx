import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Pencil, Play, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { Title } from '../../shared/catalog.ts';
import type { WatchPosition } from '../../shared/progress.ts';
import { useClient } from '../app/environment.ts';
import { useScreen } from '../app/use-screen.ts';
import { DownloadDialog } from '../choose/download-dialog.tsx';
import { useTitleAction } from '../data/actions.ts';
import { queries, useStatus } from '../data/queries.ts';
import { useTrustedNow } from '../data/trusted-now.ts';
import { DownloadButton } from '../downloads/download-button.tsx';
import { VideoLicense } from '../downloads/video-license.tsx';
import { useFormat } from '../i18n/use-format.ts';
import { useText } from '../i18n/use-text.ts';
import { nextUp } from '../title/next-up.ts';
import '../ui/artwork.css';
import { Button } from '../ui/button.tsx';
import { Dialog, DialogButtons } from '../ui/dialog.tsx';
import { ErrorNotice } from '../ui/notice.tsx';
import { Progress } from '../ui/progress.tsx';
import { RenameDialog } from './rename-dialog.tsx';
import '../title/title.css';
import '../title/title-facts.css';
import './open.css';

type Film = Extract<Title, { type: 'film' }>;

/** The page of what was opened from an address: no service says anything of it. */
export function OpenedTitle({ title, positions }: { title: Film; positions: WatchPosition[] }) {
  const text = useText();
  const format = useFormat();
  const navigate = useNavigate();
  const { titleId, videoId, name } = title;
  useScreen(name);
  const { account } = useStatus();
  const opened = useQuery(queries.addresses(useClient())).data?.find((each) => each.titleId === titleId);
  const [asked, setAsked] = useState<'download' | 'rename' | 'forget' | null>(null);
  const close = () => setAsked(null);
  const forget = useTitleAction(async (client, _nothing: null) => {
    await client.addresses.forget({ titleId });
    await navigate({ to: account ? '/' : '/opened' });
  });
  const nowMs = useTrustedNow();
  const next = nextUp(title, positions);

  return (
    <article className="title opened-page">
      <div className="title-head">
        <div className="title-picture">
          <span className="artwork artwork-backdrop" />
        </div>
        <div className="title-words">
          <h1>{name}</h1>
          <ul className="title-facts">
            <li>{title.description}</li>
            <li>{format.duration(title.durationSeconds)}</li>
          </ul>
          {next.kind === 'resume' ? (
            <div className="title-resume">
              <Progress
                label={text('card.progress', { name })}
                part={next.positionSeconds / next.durationSeconds}
              />
              <span>
                {text('card.left', { time: format.duration(next.durationSeconds - next.positionSeconds) })}
              </span>
            </div>
          ) : null}
          <div className="title-buttons">
            <Link to="/play/$videoId" params={{ videoId }} className="button button-primary">
              <Play aria-hidden fill="currentColor" />
              {text(next.kind === 'resume' ? 'title.resume' : 'title.play')}
            </Link>
            <DownloadButton
              videoId={videoId}
              name={name}
              look="button"
              onChoose={() => setAsked('download')}
            />
            <Button icon={<Pencil aria-hidden />} onPress={() => setAsked('rename')}>
              {text('open.rename')}
            </Button>
            <Button icon={<Trash2 aria-hidden />} onPress={() => setAsked('forget')}>
              {text('open.forget')}
            </Button>
          </div>
          <VideoLicense videoId={videoId} />
          <ErrorNotice error={forget.error} />
        </div>
      </div>
      <div className="title-body">
        <p className="title-description">{text('open.about')}</p>
        <dl className="title-details">
          <dt>{text('open.addressShort')}</dt>
          <dd className="opened-address">{opened?.url ?? '–'}</dd>
          <dt>{text('open.openedAt')}</dt>
          <dd>{opened ? format.moment(opened.openedAtMs, nowMs) : '–'}</dd>
          <dt>{text('title.audio')}</dt>
          <dd>{format.list(title.audioLanguages.map(format.language)) || '–'}</dd>
          <dt>{text('title.subtitles')}</dt>
          <dd>{format.list(title.subtitleLanguages.map(format.language)) || '–'}</dd>
        </dl>
      </div>
      {asked === 'download' ? <DownloadDialog videoId={videoId} name={name} onClose={close} /> : null}
      {asked === 'rename' ? <RenameDialog titleId={titleId} name={name} onClose={close} /> : null}
      <Dialog
        title={text('open.forgetTitle', { name })}
        role="alertdialog"
        isOpen={asked === 'forget'}
        onClose={close}
      >
        <p>{text('open.forgetQuestion')}</p>
        <DialogButtons
          cancelWords={text('cancel')}
          onCancel={close}
          words={text('open.forget')}
          icon={<Trash2 aria-hidden />}
          look="danger"
          onConfirm={() => {
            close();
            forget.mutate(null);
          }}
        />
      </Dialog>
    </article>
  );
}
