using ModelServing.Registry;

namespace ModelServing.Functions.ModelLoader;

/// <summary>The registry that the function checks in, opened with the first call; null where none is set.</summary>
internal sealed record LoadedStore(IObjectStore? Store);
