namespace ModelServing.Contracts.Admin;

/// <summary>A person condemns a version.</summary>
/// <param name="Who">The person, as the journal shows it.</param>
/// <param name="Why">The reason.</param>
/// <param name="Force">Condemn the stable version even if no kept version is ready to replace it.</param>
public sealed record RollbackRequest(ModelVersion Version, string Who, string Why, bool Force = false)
{
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.RollbackRequest);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static RollbackRequest Parse(ReadOnlySpan<byte> utf8) =>
        ContractsJson.Read(utf8, ContractsJson.Default.RollbackRequest, "request");
}
