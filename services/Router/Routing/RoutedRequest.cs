namespace ModelServing.Router.Routing;

/// <summary>Where a request goes.</summary>
/// <param name="Route">The variant, or the version that the request is pinned to.</param>
/// <param name="Action">The action that the path names.</param>
internal readonly record struct RoutedRequest(ModelRoute Model, VariantRoute Route, ModelAction Action)
{
    /// <summary>Whether the rollout assigned the request: an inference for which neither the path nor a tester chose a variant. Only such a
    /// request can fail over, and only such a request is evidence about its variant.</summary>
    internal bool IsAssigned { get; init; }

    /// <summary>The hash of the client's routing key; null if the client gave none.</summary>
    internal ulong? KeyHash { get; init; }

    /// <summary>The client's routing key; null if the client gave none.</summary>
    internal string? Key { get; init; }

    /// <summary>The hash of the client's name.</summary>
    internal ulong ClientHash { get; init; }

    /// <summary>The client's own timeout; null if it gave none.</summary>
    internal TimeSpan? Timeout { get; init; }
}
