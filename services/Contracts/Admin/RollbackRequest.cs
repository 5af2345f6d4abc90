namespace ModelServing.Contracts.Admin;

/// <summary>A person condemns a version.</summary>
/// <param name="Why">The reason.</param>
/// <param name="Who">The person, by the client's own word. The journal's <c>who</c> is the client, and its reason names the person.</param>
/// <param name="Force">Condemn the stable version even if no kept version is ready to replace it.</param>
public sealed record RollbackRequest(ModelVersion Version, string Why, string? Who = null, bool Force = false)
{
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.RollbackRequest);

    /// <exception cref="ContractException">The text is not such a document; the message says where.</exception>
    public static RollbackRequest Parse(ReadOnlySpan<byte> utf8) =>
        ContractsJson.ReadFromCaller(utf8, ContractsJson.Default.RollbackRequest, "request");
}
