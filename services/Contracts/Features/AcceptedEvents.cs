namespace ModelServing.Contracts.Features;

/// <summary>The answer to events that are in the event log.</summary>
/// <param name="Accepted">How many there were.</param>
/// <param name="LastSequence">The position of the last one in the event log.</param>
public sealed record AcceptedEvents(int Accepted, long LastSequence)
{
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Compact.AcceptedEvents);

    /// <exception cref="ContractException">The text is not such a document.</exception>
    public static AcceptedEvents Parse(ReadOnlySpan<byte> utf8) =>
        ContractsJson.Read(utf8, ContractsJson.Default.AcceptedEvents, "answer");
}
