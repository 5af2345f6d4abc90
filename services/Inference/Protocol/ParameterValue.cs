namespace ModelServing.Inference.Protocol;

/// <summary>The value of a parameter, from JSON or from Protocol Buffers.</summary>
internal readonly ref struct ParameterValue
{
    /// <summary>The most bytes of a text that is kept. Those with a meaning are shorter.</summary>
    internal const int MostText = 64;

    /// <summary>Gets true or false; null for another value.</summary>
    internal bool? Flag { get; init; }

    /// <summary>Gets a whole number, signed or unsigned; null for another value.</summary>
    internal Int128? Whole { get; init; }

    internal bool IsText { get; init; }

    /// <summary>Gets a text; null for another value, and for a long text.</summary>
    internal string? Text { get; init; }

    /// <summary>Gets a text as it is in the request, for a message.</summary>
    internal ReadOnlySpan<byte> Shown { get; init; }
}
