namespace ModelServing.Contracts.Admin;

/// <summary>A person condemns a version.</summary>
/// <param name="Version">The version.</param>
/// <param name="Who">The person, as the journal shows it.</param>
/// <param name="Why">Why.</param>
/// <param name="Force">Condemn the stable version even where no kept version is ready to take over.</param>
public sealed record RollbackRequest(ModelVersion Version, string Who, string Why, bool Force = false)
{
    /// <summary>The document as UTF-8 JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.RollbackRequest);

    /// <summary>Reads a document.</summary>
    /// <exception cref="ContractException">It is no such document.</exception>
    public static RollbackRequest Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.RollbackRequest, "request");
}
