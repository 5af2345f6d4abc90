namespace ModelServing.Contracts.Predictions;

/// <summary>The attempts of one request, in order. Each of them has the request's outcome.</summary>
public sealed record PredictionAttempts(string RequestId, IReadOnlyList<PredictionDocument> Attempts)
{
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Compact.PredictionAttempts);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static PredictionAttempts Parse(ReadOnlySpan<byte> utf8) =>
        ContractsJson.Read(utf8, ContractsJson.Default.PredictionAttempts, "prediction");
}
