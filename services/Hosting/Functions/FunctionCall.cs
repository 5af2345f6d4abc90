namespace ModelServing.Hosting.Functions;

/// <summary>A call of a function.</summary>
/// <param name="Id">The call's identifier, as it stands in every line of the log.</param>
/// <param name="Body">The payload, at most <see cref="MaxBodyBytes"/>.</param>
/// <param name="Headers">The caller's headers, without the ones of the Fn contract; names in any case.</param>
/// <param name="Deadline">When the answer has to be there; null for whenever.</param>
public sealed record FunctionCall(string Id, ReadOnlyMemory<byte> Body, IReadOnlyDictionary<string, string> Headers, DateTimeOffset? Deadline)
{
    /// <summary>The largest payload that OCI Functions takes, and so the largest here: 6 MB.</summary>
    public const int MaxBodyBytes = 6 * 1024 * 1024;
}
