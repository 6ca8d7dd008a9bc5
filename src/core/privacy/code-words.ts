/** Words after an `@` that belong to a language, a tool or everyone; in lower case. */
export const CODE_WORDS: ReadonlySet<string> = new Set(
  [
    // CSS, Sass, Less, Tailwind.
    "media import charset font-face keyframes supports page namespace layer container property apply tailwind include mixin extend use forward counter-style scope starting-style",
    // Java, Kotlin, C#, Swift.
    "override deprecated suppresswarnings functionalinterface safevarargs autowired test before after beforeeach aftereach beforeall afterall entity table column id getter setter data builder bean service controller restcontroller repository component configuration requestmapping getmapping postmapping putmapping deletemapping requestbody requestparam pathvariable nullable nonnull notnull inject singleton transactional jvmstatic composable main objc escaping available state binding published observedobject environmentobject ibaction iboutlet discardableresult interface implementation synthesize selector end protocol",
    // Python.
    "property staticmethod classmethod abstractmethod dataclass wraps lru_cache cache cached_property contextmanager pytest overload app decorator login_required jit njit",
    // TypeScript, Angular, Vue, GraphQL.
    "injectable input output ngmodule directive pipe hostlistener viewchild click change submit ts-ignore ts-nocheck ts-expect-error skip",
    // Documentation comments.
    "param params return returns throws throw exception see since author version type typedef example default description summary file fileoverview license todo link private public protected internal readonly template arg brief details note dev notice inheritdoc remarks experimental defaultvalue linkcode linkplain category memberof hidden yields alias alpha beta sealed virtual packagedocumentation privateremarks typeparam callback enum event fires ignore listens namespace requires static satisfies copyright exports access augments constant extends implements class constructor function method module",
    // Shell, SQL, Elixir, Julia, Ruby, LaTeX, Blade and others.
    "echo doc moduledoc spec time elapsed show assert inline inbounds simd model html section yield foreach endif endforeach csrf if else elseif endsection rowcount identity error fetch_status",
    // Everyone.
    "everyone here channel all username user yourname handle",
  ]
    .join(" ")
    .split(" "),
);
