import Hls, { ErrorTypes, Events } from 'hls.js';
import type { ErrorData, MediaPlaylist } from 'hls.js';
import type { Seconds } from '../../shared/units.ts';
import { hlsConfig } from './hls-config.ts';
import type { QualityController } from './quality.ts';
import { bufferedTo, emptySnapshot } from './snapshot.ts';
import type { PlayerSnapshot, TrackChoice } from './snapshot.ts';

export interface PlaybackOptions {
  readonly playlistUrl: string;
  readonly startSeconds: Seconds;
  /** BCP 47; null: the title's own. */
  readonly audioLanguage: string | null;
  /** null: no subtitles. */
  readonly subtitleLanguage: string | null;
  readonly volume: number;
  /** hls.js gave up; why is the engine's to say. */
  onFatal(): void;
}

const mediaEvents = [
  'play', 'playing', 'pause', 'waiting', 'seeking', 'seeked', 'ended', 'timeupdate', 'progress',
  'durationchange', 'volumechange', 'canplay',
] as const; // prettier-ignore

const hlsEvents = [
  Events.MANIFEST_PARSED,
  Events.LEVEL_SWITCHED,
  Events.LEVELS_UPDATED,
  Events.AUDIO_TRACKS_UPDATED,
  Events.AUDIO_TRACK_SWITCHED,
  Events.SUBTITLE_TRACKS_UPDATED,
  Events.SUBTITLE_TRACK_SWITCH,
] as const;

/** One video element, one playlist, hls.js over MSE between them; React sees only its snapshots. */
export class Playback {
  readonly video: HTMLVideoElement;
  private readonly options: PlaybackOptions;
  private readonly hls: Hls;
  private quality: QualityController | null = null;
  private readonly listeners = new Set<() => void>();
  private readonly detached = new AbortController();
  private snapshot = emptySnapshot;
  private isWaiting = true;
  private recoveries = 0;
  private didChooseSubtitles = false;
  private lastSubtitles = -1;

  constructor(video: HTMLVideoElement, options: PlaybackOptions) {
    this.video = video;
    this.options = options;
    const { audioLanguage } = options;
    this.hls = new Hls({
      ...hlsConfig(options.startSeconds, (controller) => (this.quality = controller)),
      ...(audioLanguage ? { audioPreference: { lang: audioLanguage } } : {}),
    });
    for (const name of mediaEvents)
      video.addEventListener(name, () => this.onMedia(name), { signal: this.detached.signal });
    for (const name of hlsEvents) this.hls.on(name, this.refresh);
    this.hls.on(Events.SUBTITLE_TRACKS_UPDATED, this.chooseSubtitles);
    this.hls.on(Events.ERROR, this.onError);
    video.volume = options.volume;
    this.hls.attachMedia(video);
    this.hls.loadSource(options.playlistUrl);
  }

  subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  getSnapshot = (): PlayerSnapshot => this.snapshot;

  /** What the policy believes of the network; null: nothing measured. */
  get estimateBitsPerSecond(): number | null {
    return this.quality?.estimateBitsPerSecond ?? null;
  }

  /** Chromium refuses sound before the first gesture on the page; then the play button is left to press. */
  async play(): Promise<void> {
    try {
      await this.video.play();
    } catch {
      this.refresh();
    }
  }

  toggle(): void {
    if (this.video.paused) void this.play();
    else this.video.pause();
  }

  seekTo(positionSeconds: Seconds): void {
    const end = Number.isFinite(this.video.duration) ? this.video.duration : positionSeconds;
    this.video.currentTime = Math.min(Math.max(0, positionSeconds), end);
    this.refresh();
  }

  seekBy(seconds: Seconds): void {
    this.seekTo(this.video.currentTime + seconds);
  }

  setVolume(volume: number): void {
    this.video.volume = Math.min(1, Math.max(0, volume));
    this.video.muted = false;
  }

  toggleMuted(): void {
    this.video.muted = !this.video.muted;
  }

  /** -1: by the network. */
  chooseRung(index: number): void {
    this.hls.nextLevel = index;
    this.refresh();
  }

  chooseAudio(index: number): void {
    this.hls.audioTrack = index;
    this.refresh();
  }

  /** Off, or on again in the language that was on last, else the preferred one, else the first. */
  toggleSubtitles(): void {
    if (this.hls.subtitleTrack >= 0) this.chooseSubtitlesTrack(-1);
    else this.chooseSubtitlesTrack(this.subtitlesToShow());
  }

  private subtitlesToShow(): number {
    if (this.lastSubtitles >= 0) return this.lastSubtitles;
    return Math.max(0, this.preferredSubtitles());
  }

  private preferredSubtitles(): number {
    return this.hls.subtitleTracks.findIndex((track) => track.lang === this.options.subtitleLanguage);
  }

  /** -1: off. */
  chooseSubtitlesTrack(index: number): void {
    if (index >= 0) this.lastSubtitles = index;
    this.hls.subtitleDisplay = index >= 0;
    this.hls.subtitleTrack = index;
    this.refresh();
  }

  /** No more bytes are asked for. */
  halt(): void {
    this.video.pause();
    this.hls.stopLoad();
  }

  destroy(): void {
    this.detached.abort();
    this.hls.destroy();
    this.listeners.clear();
  }

  private onMedia(name: (typeof mediaEvents)[number]): void {
    if (name === 'waiting' || name === 'seeking') this.isWaiting = true;
    if (name === 'playing' || name === 'canplay' || name === 'seeked' || name === 'timeupdate')
      this.isWaiting = this.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA && !this.video.ended;
    this.refresh();
  }

  private readonly chooseSubtitles = () => {
    if (this.didChooseSubtitles || this.hls.subtitleTracks.length === 0) return;
    this.didChooseSubtitles = true;
    this.chooseSubtitlesTrack(this.preferredSubtitles());
  };

  private readonly onError = (_event: Events.ERROR, data: ErrorData) => {
    if (!data.fatal) return;
    if (data.type === ErrorTypes.MEDIA_ERROR && this.recoveries < 2) {
      this.recoveries += 1;
      this.hls.recoverMediaError();
      return;
    }
    this.options.onFatal();
  };

  private readonly refresh = () => {
    const { hls, video } = this;
    const position = video.currentTime;
    this.snapshot = {
      isPaused: video.paused,
      isWaiting: this.isWaiting,
      isEnded: video.ended,
      positionSeconds: position,
      durationSeconds: Number.isFinite(video.duration) ? video.duration : 0,
      bufferedToSeconds: bufferedTo(video.buffered, position),
      volume: video.volume,
      isMuted: video.muted,
      rungs: hls.levels.map((level, index) => ({
        index,
        height: level.height,
        bitsPerSecond: level.maxBitrate || level.bitrate,
      })),
      rung: hls.currentLevel,
      isAutoQuality: hls.autoLevelEnabled,
      audioTracks: hls.audioTracks.map(choiceOf),
      audioTrack: hls.audioTrack,
      subtitleTracks: hls.subtitleTracks.map(choiceOf),
      subtitleTrack: hls.subtitleTrack,
    };
    for (const listener of this.listeners) listener();
  };
}

function choiceOf(track: MediaPlaylist, index: number): TrackChoice {
  return { index, language: track.lang ?? '', name: track.name };
}
