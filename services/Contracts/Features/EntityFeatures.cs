namespace ModelServing.Contracts.Features;

/// <summary>The features of an entity.</summary>
/// <param name="View">The view's name.</param>
/// <param name="Version">The view's version.</param>
/// <param name="Digest">The digest of the view's definition.</param>
/// <param name="Entity">The entity, encoded as in the cache.</param>
/// <param name="Filled">Whether the view is filled. If not, all features are missing.</param>
/// <param name="Sequence">The position in the event log of the entity's last event; 0 without an event.</param>
/// <param name="Features">The features in the order of the definition.</param>
public sealed record EntityFeatures(
    string View, int Version, string Digest, string Entity, bool Filled, long Sequence, IReadOnlyList<ReadFeature> Features);
