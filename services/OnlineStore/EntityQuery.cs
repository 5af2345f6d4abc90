using ModelServing.Features.Engine;

namespace ModelServing.OnlineStore;

/// <summary>An entity of a view whose state is wanted.</summary>
/// <param name="View">The view.</param>
/// <param name="Entity">The entity.</param>
public readonly record struct EntityQuery(ViewStore View, EntityKey Entity);
