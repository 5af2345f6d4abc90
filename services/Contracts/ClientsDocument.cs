namespace ModelServing.Contracts;

/// <summary>
/// Who may ask the routers, and how much. It holds hashes of keys and no key; equal configuration gives equal bytes.
/// </summary>
public sealed record ClientsDocument
{
    /// <summary>The schema that this program writes, and the only one that it reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The largest document that is read, in bytes (a Secret's limit).</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The most hashes of keys in a document: a presented key is compared with every one of them.</summary>
    public const int MaxKeys = 1000;

    /// <summary>The schema's number.</summary>
    public required int Schema { get; init; }

    /// <summary>Whether a request without a credential is answered, as that of a <see cref="ClientRole.Caller"/>.</summary>
    public required bool Anonymous { get; init; }

    /// <summary>The clients that have API keys, by name, which has the form of a model's.</summary>
    public required SortedDictionary<ModelName, ClientEntry> Clients { get; init; }

    /// <summary>The tokens (JWT) that are taken; null for none.</summary>
    public TokenRules? Tokens { get; init; }

    /// <summary>The document as UTF-8 JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.ClientsDocument);

    /// <summary>Reads a document.</summary>
    /// <exception cref="ContractException">It is no JSON, has an unknown schema or member, or breaks a rule; the message says where.</exception>
    public static ClientsDocument Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
            throw new ContractException($"the clients document has {utf8.Length} bytes; at most {MaxBytes} are read");
        ContractsJson.RequireSchema(utf8, CurrentSchema, "clients document");
        var document = ContractsJson.Read(utf8, ContractsJson.Default.ClientsDocument, "clients document");
        var owners = new Dictionary<string, ModelName>(StringComparer.Ordinal);
        foreach (var (name, client) in document.Clients)
        {
            // The annotations of a map's values are not seen by the reader.
            if (client is null)
                throw new ContractException($"clients.{name} is null");
            client.Check($"clients.{name}");
            foreach (var hash in client.KeyHashes)
            {
                if (!owners.TryAdd(hash, name))
                    throw new ContractException($"clients.{name}.keyHashes: {hash} is that of {owners[hash]} too; a key is one client's");
            }
        }

        if (owners.Count > MaxKeys)
            throw new ContractException($"clients: there are {owners.Count} hashes of keys; at most {MaxKeys} are read");
        document.Tokens?.Check("tokens");
        return document;
    }
}
