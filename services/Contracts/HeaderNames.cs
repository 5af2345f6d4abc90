namespace ModelServing.Contracts;

/// <summary>The HTTP headers that our programs give a meaning to, beside the standard ones.</summary>
public static class HeaderNames
{
    /// <summary>In every answer: the request's identifier, a ULID made by the router.</summary>
    public const string RequestId = "X-Request-Id";

    /// <summary>In an answer that a version gave: its number.</summary>
    public const string ModelVersion = "X-Model-Version";

    /// <summary>In an answer that a version gave: the variant that it answered as; <c>pinned</c> when the request named the version.</summary>
    public const string ModelVariant = "X-Model-Variant";
}
