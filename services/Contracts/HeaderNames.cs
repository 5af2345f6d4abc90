namespace ModelServing.Contracts;

/// <summary>The HTTP headers that our programs give a meaning to, beside the standard ones.</summary>
public static class HeaderNames
{
    /// <summary>In every answer: the request's identifier, a ULID made by the router.</summary>
    public const string RequestId = "X-Request-Id";

    /// <summary>In the answer to a request that was routed: the number of the version it went to.</summary>
    public const string ModelVersion = "X-Model-Version";

    /// <summary>In the answer to a request that was routed: the variant it was assigned to; <c>pinned</c> when it named the version.</summary>
    public const string ModelVariant = "X-Model-Variant";
}
