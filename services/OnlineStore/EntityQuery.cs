using ModelServing.Features.Engine;

namespace ModelServing.OnlineStore;

/// <summary>An entity of a view whose state is wanted.</summary>
public readonly record struct EntityQuery(ViewStore View, EntityKey Entity);
