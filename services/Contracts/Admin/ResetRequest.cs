namespace ModelServing.Contracts.Admin;

/// <summary>A person lets a condemned version be tried again.</summary>
/// <param name="Version">The version.</param>
/// <param name="Who">The person, as the journal shows it.</param>
/// <param name="Why">Why.</param>
public sealed record ResetRequest(ModelVersion Version, string Who, string Why)
{
    /// <summary>The document as UTF-8 JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.ResetRequest);

    /// <summary>Reads a document.</summary>
    /// <exception cref="ContractException">It is no such document.</exception>
    public static ResetRequest Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.ResetRequest, "request");
}
