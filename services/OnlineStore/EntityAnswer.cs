using ModelServing.Features.Engine;

namespace ModelServing.OnlineStore;

/// <summary>What the online store has of an entity.</summary>
/// <param name="State">The entity's state; null if the store has no state of it.</param>
/// <param name="IsFilled">Whether the view is filled. If not, no state of it is read.</param>
/// <param name="Damage">Why a value could not be read; null if it could.</param>
public readonly record struct EntityAnswer(EntityState? State, bool IsFilled, string? Damage = null);
