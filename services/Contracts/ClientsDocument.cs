namespace ModelServing.Contracts;

/// <summary>
/// The routers' clients: how they authenticate, their roles and their rate limits. It contains hashes of keys, never a key. Equal
/// configuration gives equal bytes.
/// </summary>
public sealed record ClientsDocument
{
    /// <summary>The only schema that this program writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The largest document that is read, in bytes (a Secret's limit).</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The most hashes of keys in a document: a presented key is compared with each of them.</summary>
    public const int MaxKeys = 1000;

    public required int Schema { get; init; }

    /// <summary>Whether a request without a credential is accepted, with the role <see cref="ClientRole.Caller"/>.</summary>
    public required bool Anonymous { get; init; }

    /// <summary>The clients with API keys, by name. A client's name has the form of a model's name.</summary>
    public required SortedDictionary<ModelName, ClientEntry> Clients { get; init; }

    /// <summary>The accepted tokens (JWT); null for none.</summary>
    public TokenRules? Tokens { get; init; }

    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.ClientsDocument);

    /// <exception cref="ContractException">It is not JSON, has an unknown schema or member, or breaks a rule; the message says
    /// where.</exception>
    public static ClientsDocument Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
            throw new ContractException($"the clients document has {utf8.Length} bytes; at most {MaxBytes} are read");
        ContractsJson.RequireSchema(utf8, CurrentSchema, "clients document");
        var document = ContractsJson.Read(utf8, ContractsJson.Default.ClientsDocument, "clients document");
        var owners = new Dictionary<string, ModelName>(StringComparer.Ordinal);
        foreach (var (name, client) in document.Clients)
        {
            // The annotations of a map's values are invisible to the reader.
            if (client is null)
                throw new ContractException($"clients.{name} is null");
            client.Check($"clients.{name}");
            foreach (var hash in client.KeyHashes)
            {
                if (!owners.TryAdd(hash, name))
                    throw new ContractException(
                        $"clients.{name}.keyHashes: {hash} belongs to {owners[hash]} too; a key belongs to one client");
            }
        }

        if (owners.Count > MaxKeys)
            throw new ContractException($"clients has {owners.Count} hashes of keys; at most {MaxKeys} are read");
        document.Tokens?.Check("tokens");
        return document;
    }
}
