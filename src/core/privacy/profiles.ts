import { isWordAt, MASK, matchAt, type PiiMatch } from "./pii-match.js";

/** Links to the page of one user. */

interface Site {
  readonly hosts: readonly string[];
  /** Sticky; matches the path of a user's page after the host's slash, as far as it names the user. */
  readonly user: RegExp;
  /** First parts of paths that are the site's own, in lower case. */
  readonly reserved?: readonly string[];
  /** What follows the name belongs to something else (a repository): such links are ordinary. */
  readonly nameOnly?: boolean;
}

const COMMON_RESERVED = [
  "about",
  "help",
  "login",
  "signup",
  "search",
  "explore",
  "settings",
  "privacy",
  "terms",
];

const SITES: readonly Site[] = [
  {
    hosts: ["twitter.com", "x.com"],
    user: /@?[A-Za-z0-9_]{1,15}(?!\.{0,3}[\w\uE000-])/y,
    reserved: [
      "home",
      "i",
      "intent",
      "share",
      "hashtag",
      "tos",
      "compose",
      "messages",
      "notifications",
      "jobs",
    ],
  },
  {
    hosts: ["facebook.com", "fb.com"],
    user: /profile\.php\?id=\d+|people\/[^/\s]+\/\d+|[A-Za-z0-9.]{4,50}(?![\w-])/y,
    reserved:
      "ads groups events pages watch marketplace sharer sharer.php share.php share dialog policies business gaming photo photo.php photos permalink.php story.php hashtag plugins legal messages notifications games reel reels stories login.php developers careers".split(
        " ",
      ),
  },
  {
    hosts: ["instagram.com"],
    user: /[A-Za-z0-9_.]{1,30}(?![\w-])/y,
    reserved: ["p", "reel", "reels", "tv", "accounts", "developer", "legal", "direct"],
  },
  { hosts: ["linkedin.com"], user: /(?:in|pub)\/[^/\s?#"'<>()[\]\uE000]+/y },
  {
    hosts: ["github.com", "gitlab.com", "bitbucket.org"],
    user: /[A-Za-z0-9][A-Za-z0-9-]{0,38}(?!\.{0,3}[\w\uE000-])/y,
    reserved:
      "features pricing join topics trending marketplace orgs sponsors security enterprise blog collections events contact site readme notifications issues pulls new apps team copilot actions codespaces users".split(
        " ",
      ),
    nameOnly: true,
  },
  { hosts: ["reddit.com"], user: /(?:u|user)\/[A-Za-z0-9_-]{3,20}(?![\w-])/y },
  {
    hosts: ["t.me", "telegram.me"],
    user: /[A-Za-z][A-Za-z0-9_]{3,31}(?!\w)/y,
    reserved: ["joinchat", "addstickers", "share", "proxy"],
  },
  { hosts: ["wa.me"], user: /\+?\d{7,15}(?!\w)/y },
  { hosts: ["youtube.com"], user: /(?:@|user\/|c\/|channel\/)[\p{L}\p{N}_.-]+/uy },
  { hosts: ["tiktok.com", "medium.com", "threads.net"], user: /@[A-Za-z0-9_.-]+/y },
  {
    hosts: ["mastodon.social", "mastodon.online", "mstdn.social", "fosstodon.org"],
    user: /@\w+|users\/\w+/y,
  },
  { hosts: ["bsky.app"], user: /profile\/[\w.:-]+/y },
  { hosts: ["stackoverflow.com", "stackexchange.com"], user: /users\/\d+/y },
  { hosts: ["news.ycombinator.com"], user: /user\?id=[\w-]+/y },
  { hosts: ["quora.com"], user: /profile\/[\p{L}\p{N}-]+/uy },
  {
    hosts: ["twitch.tv"],
    user: /[A-Za-z0-9_]{4,25}(?!\w)/y,
    reserved: ["directory", "videos", "downloads", "store", "jobs"],
  },
];

const SITE_OF = new Map(SITES.flatMap((site) => site.hosts.map((host) => [host, site] as const)));

const HOST = new RegExp(
  `(?:https?:\\/\\/)?(?:(?:www|mobile|web|old|new|np|m|[a-z]{2})\\.)?(${[...SITE_OF.keys()]
    .map((host) => host.replaceAll(".", "\\."))
    .join("|")})\\/`,
  "gi",
);
const PATH_REST = /[/?#][^\s<>"'`()[\]{}\uE000]*/y;
const TRAILING = /[.,;:!?*_~|]+$/;

/**
 * Profile pages and what lies under them. A link to a repository, a video or a group is an ordinary link, although some of
 * them name an owner too.
 */
export function findProfiles(text: string): PiiMatch[] {
  const matches: PiiMatch[] = [];
  let floor = 0;
  for (const { 0: prefix, 1: host = "", index: start } of text.matchAll(HOST)) {
    const previous = text[start - 1] ?? "";
    if (start < floor || isWordAt(text, start - 1) || /[.@/-]/.test(previous)) continue;
    const site = SITE_OF.get(host.toLowerCase())!;
    const pathStart = start + prefix.length;
    const user = matchAt(site.user, text, pathStart)?.replace(TRAILING, "");
    if (!user) continue;
    const first = user.split(/[/?]/, 1)[0]!.toLowerCase();
    if (site.reserved?.includes(first) || (site.reserved && COMMON_RESERVED.includes(first))) continue;
    const userEnd = pathStart + user.length;
    const written = matchAt(PATH_REST, text, userEnd) ?? "";
    const next = text[userEnd + written.length] === MASK ? MASK : "";
    if (site.nameOnly && /^\/[^?#]/.test((written + next).replace(TRAILING, ""))) continue;
    const rest = written.replace(TRAILING, "");
    floor = userEnd + rest.length;
    matches.push({ kind: "PROFILE", start, end: floor });
  }
  return matches;
}
