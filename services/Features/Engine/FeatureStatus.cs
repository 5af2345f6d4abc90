namespace ModelServing.Features.Engine;

/// <summary>Where a feature's value comes from.</summary>
public enum FeatureStatus : byte
{
    /// <summary>It was computed from events.</summary>
    Present,

    /// <summary>There is no event to compute it from; it is the default.</summary>
    Missing,

    /// <summary>The entity's newest event is older than the view's time to live; it is the default.</summary>
    Expired,
}
