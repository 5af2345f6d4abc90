namespace ModelServing.Contracts.Predictions;

/// <summary>Outcomes of several requests in one post. If an identifier is there twice, the later outcome counts.</summary>
public sealed record OutcomeBatch(IReadOnlyList<Outcome> Outcomes)
{
    /// <summary>The most outcomes of a post.</summary>
    public const int Most = 1000;

    /// <summary>The most bytes of a post.</summary>
    public const int MostBytes = 1024 * 1024;

    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Compact.OutcomeBatch);

    /// <summary>Reads a post, and writes each identifier in the form in which stores hold it.</summary>
    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static OutcomeBatch Parse(ReadOnlySpan<byte> utf8)
    {
        var outcomes = ContractsJson.ReadFromCaller(utf8, ContractsJson.Default.OutcomeBatch, "request").Outcomes;
        if (outcomes.Count is 0 or > Most)
            throw new ContractException($"outcomes has {outcomes.Count} items; a request has from 1 to {Most}");
        var read = new Outcome[outcomes.Count];
        for (var i = 0; i < read.Length; i++)
        {
            // The annotations of a list's items are invisible to the reader.
            if (outcomes[i] is not { } outcome)
                throw new ContractException($"outcomes[{i}] is null");
            if (!RequestIds.TryParse(outcome.RequestId, out var id))
            {
                throw new ContractException(
                    $"outcomes[{i}].id is '{RequestIds.Shortened(outcome.RequestId)}'; it must be {RequestIds.Form}");
            }

            read[i] = outcome with { RequestId = id };
        }

        return new OutcomeBatch(read);
    }
}
