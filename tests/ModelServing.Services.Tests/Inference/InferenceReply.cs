namespace ModelServing.Services.Tests.Inference;

/// <summary>An answer of the service.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Body">Its body.</param>
/// <param name="Outcome">The value of X-Model-Outcome, or null.</param>
internal sealed record InferenceReply(int Status, string Body, string? Outcome)
{
    /// <summary>Gets the bytes of the body, if they were asked for.</summary>
    internal byte[] Bytes { get; init; } = [];
}
