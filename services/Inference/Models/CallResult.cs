using ModelServing.Inference.Protocol;

namespace ModelServing.Inference.Models;

/// <summary>The result of a call of the model.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Why">The runtime's message about a failure, or the refused shapes.</param>
internal readonly record struct CallResult(CallEnd End, string? Why = null)
{
    /// <summary>The answer, which the caller owns from now on; null for none.</summary>
    internal InferAnswer? Answer { get; init; }

    /// <summary>Whether a failure has its prediction record.</summary>
    internal bool IsRecorded { get; init; }
}
