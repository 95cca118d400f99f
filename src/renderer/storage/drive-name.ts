const mounted = /^(?:\/media\/[^/]+|\/run\/media\/[^/]+|\/Volumes|\/mnt)\/([^/]+)/;
const letter = /^([A-Za-z]:)[\\/]/;

/** What a viewer calls the drive that a folder lies on: "Travel SSD", "E:"; where that cannot be told, the folder. */
export function driveNameOf(folder: string): string {
  return mounted.exec(folder)?.[1] ?? letter.exec(folder)?.[1] ?? folder;
}
