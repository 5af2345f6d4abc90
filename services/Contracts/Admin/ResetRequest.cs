namespace ModelServing.Contracts.Admin;

/// <summary>A person allows a condemned version to be tried again.</summary>
/// <param name="Who">The person, as the journal shows it.</param>
/// <param name="Why">The reason.</param>
public sealed record ResetRequest(ModelVersion Version, string Who, string Why)
{
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.ResetRequest);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static ResetRequest Parse(ReadOnlySpan<byte> utf8) => ContractsJson.Read(utf8, ContractsJson.Default.ResetRequest, "request");
}
