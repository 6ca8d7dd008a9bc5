import type { RawPost, RawResponse } from "./source.js";

/** A post joined from several records, with the place of each. */
export interface JoinedPost<Place> {
  readonly post: RawPost;
  /** Of the record that named the post first. */
  readonly place: Place;
  /** Of each response, in the order of `post.responses`. */
  readonly responsePlaces: readonly Place[];
}

interface Group<Place> {
  readonly first: RawPost;
  readonly place: Place;
  readonly responses: RawResponse[];
  readonly responsePlaces: Place[];
}

/**
 * Joins records of one post by key, for formats that spread a post's responses over files (`joins`). Feed it all
 * records of all files of a source, in a fixed order, then take the posts: they come in order of first appearance, their
 * responses in order of arrival. It holds the texts of everything added until then.
 */
export class PostJoiner<Place> {
  readonly #groups = new Map<string, Group<Place>>();

  /** Posts so far. */
  get size(): number {
    return this.#groups.size;
  }

  add(post: RawPost, place: Place): void {
    let group = this.#groups.get(post.key);
    if (!group) {
      group = { first: post, place, responses: [], responsePlaces: [] };
      this.#groups.set(post.key, group);
    }
    for (const response of post.responses) {
      group.responses.push(response);
      group.responsePlaces.push(place);
    }
  }

  *posts(): Generator<JoinedPost<Place>, void, undefined> {
    for (const { first, place, responses, responsePlaces } of this.#groups.values()) {
      yield { post: { ...first, responses }, place, responsePlaces };
    }
  }
}

/** Joins records that are all at hand; see `PostJoiner`. */
export function joinPosts<Place>(
  records: Iterable<{ readonly post: RawPost; readonly place: Place }>,
): JoinedPost<Place>[] {
  const joiner = new PostJoiner<Place>();
  for (const { post, place } of records) joiner.add(post, place);
  return [...joiner.posts()];
}
