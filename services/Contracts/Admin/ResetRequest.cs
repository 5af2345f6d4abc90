namespace ModelServing.Contracts.Admin;

/// <summary>A person allows a condemned version to be tried again.</summary>
/// <param name="Why">The reason.</param>
/// <param name="Who">The person, by the client's own word. The journal's <c>who</c> is the client, and its reason names the person.</param>
public sealed record ResetRequest(ModelVersion Version, string Why, string? Who = null)
{
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.ResetRequest);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static ResetRequest Parse(ReadOnlySpan<byte> utf8) =>
        ContractsJson.ReadFromCaller(utf8, ContractsJson.Default.ResetRequest, "request");
}
