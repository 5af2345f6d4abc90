namespace ModelServing.Router.Routing;

/// <summary>Where a request goes.</summary>
/// <param name="Model">The model.</param>
/// <param name="Route">The variant, or the version that it is pinned to.</param>
/// <param name="Action">What its path asks for.</param>
internal readonly record struct RoutedRequest(ModelRoute Model, VariantRoute Route, ModelAction Action)
{
    /// <summary>Whether the rollout assigned it, so that it can fail over and says something of the variant: an inference that neither
    /// its path nor a tester sent to a variant.</summary>
    internal bool IsAssigned { get; init; }

    /// <summary>The hash of the routing key that the client gave; null when it gave none.</summary>
    internal ulong? KeyHash { get; init; }

    /// <summary>How long the client says that it waits; null when it doesn't say.</summary>
    internal TimeSpan? Timeout { get; init; }
}
