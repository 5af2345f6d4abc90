namespace ModelServing.Contracts.Predictions;

/// <summary>The attempts of one request, in order. Each of them has the request's outcome.</summary>
public sealed record RequestPredictions(string RequestId, IReadOnlyList<PredictionDocument> Attempts)
{
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Compact.RequestPredictions);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static RequestPredictions Parse(ReadOnlySpan<byte> utf8) =>
        ContractsJson.Read(utf8, ContractsJson.Default.RequestPredictions, "prediction");
}
