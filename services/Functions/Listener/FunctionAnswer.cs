using ModelServing.Hosting;

namespace ModelServing.Functions.Listener;

/// <summary>A function's answer.</summary>
/// <param name="Status">The status for a caller by HTTP, as in 200.</param>
/// <param name="Body">The content.</param>
/// <param name="ContentType">The content's media type, JSON by default; null for none.</param>
internal sealed record FunctionAnswer(int Status, ReadOnlyMemory<byte> Body, string? ContentType = "application/json")
{
    /// <summary>Further headers for a caller by HTTP.</summary>
    internal IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>An error answer.</summary>
    /// <param name="problem">The kind of problem.</param>
    /// <param name="detail">What went wrong in this call, and what would be right.</param>
    /// <param name="callId">The call's identifier.</param>
    internal static FunctionAnswer From(Problem problem, string detail, string callId) =>
        new(problem.Status, problem.ToUtf8(detail, callId), Problem.ContentType);
}
