namespace ModelServing.Contracts.Predictions;

/// <summary>The answer to an <see cref="OutcomeBatch"/>.</summary>
/// <param name="Stored">How many outcomes are stored: all of them.</param>
public sealed record StoredOutcomes(int Stored)
{
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Compact.StoredOutcomes);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static StoredOutcomes Parse(ReadOnlySpan<byte> utf8) =>
        ContractsJson.Read(utf8, ContractsJson.Default.StoredOutcomes, "answer");
}
