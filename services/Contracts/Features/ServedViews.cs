namespace ModelServing.Contracts.Features;

/// <summary>The views that a feature server fills.</summary>
/// <param name="LastSequence">The position of the last event of the event log.</param>
/// <param name="Unshipped">How many events the object store does not have yet.</param>
public sealed record ServedViews(long LastSequence, long Unshipped, IReadOnlyList<ServedView> Views)
{
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Compact.ServedViews);

    /// <exception cref="ContractException">The text is not such a document.</exception>
    public static ServedViews Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.ServedViews, "answer");
}
