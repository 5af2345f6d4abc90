using ModelServing.Registry;

namespace ModelServing.Functions.ModelLoader;

/// <summary>The registry whose artifacts the function checks, opened at the first call; null if none is set.</summary>
internal sealed record LoadedStore(IObjectStore? Store);
