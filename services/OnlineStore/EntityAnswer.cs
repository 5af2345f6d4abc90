using ModelServing.Features.Engine;

namespace ModelServing.OnlineStore;

/// <summary>What the online store has of an entity.</summary>
/// <param name="Encoded">The entity's state as <see cref="FeatureEngine.Read"/> takes it; empty if the store has no state of it.</param>
/// <param name="IsFilled">Whether the view is filled. If not, no state of it is read.</param>
public readonly record struct EntityAnswer(ReadOnlyMemory<byte> Encoded, bool IsFilled);
