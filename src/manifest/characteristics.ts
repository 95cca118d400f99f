/** What a rendition says of itself (RFC 8216bis section 4.4.6.1, CHARACTERISTICS). */
export const describesVideo = 'public.accessibility.describes-video';
/** Both together mean subtitles for the deaf (Apple's HLS authoring specification, 4.7). */
export const transcribesDialog = 'public.accessibility.transcribes-spoken-dialog';
export const describesMusicAndSound = 'public.accessibility.describes-music-and-sound';
