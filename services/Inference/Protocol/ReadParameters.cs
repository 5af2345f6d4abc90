namespace ModelServing.Inference.Protocol;

/// <summary>The parameters that have a meaning for this service.</summary>
internal readonly record struct ReadParameters
{
    /// <summary>Gets whether the sender calls the data text (MLServer's content type <c>str</c>), which only BYTES are.</summary>
    internal bool AreText { get; init; }

    /// <summary>Gets the number of an input's bytes behind the JSON; null if its data are in the JSON.</summary>
    internal long? BinarySize { get; init; }

    /// <summary>Gets whether an output, or each output of the request, is wanted as bytes; null if it says nothing.</summary>
    internal bool? IsBinary { get; init; }

    /// <summary>Gets the time that the request may take once it has been read; null for none.</summary>
    internal TimeSpan? Timeout { get; init; }
}
