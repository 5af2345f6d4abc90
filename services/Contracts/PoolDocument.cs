using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts;

/// <summary>The versions that one inference service serves together: a pool. infra/ and <c>ms up</c> write it, and the service reads it
/// when it starts; a service whose pool changes is replaced by another. It contains no counter, time or address, so equal configuration
/// gives equal bytes.</summary>
public sealed record PoolDocument
{
    /// <summary>The only schema that this program writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The largest document that is read, in bytes. In a cluster, it must fit into its ConfigMap.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>The member of a version's readiness that is true if the pool refuses the version because it ended a process.</summary>
    public const string EndedProcessMember = "endedProcess";

    /// <summary>The file in the folder of a pool's state in which its supervisor notes the exit code of the process before, if there is a
    /// supervisor that knows it: 128 and the signal's number.</summary>
    public const string ExitFile = "exit";

    public required int Schema { get; init; }

    /// <summary>The pool's name, which has the form of a model's.</summary>
    public required ModelName Name { get; init; }

    /// <summary>The versions, at least one, ordered by model and version.</summary>
    public required IReadOnlyList<PooledVersion> Versions { get; init; }

    /// <summary>The first 10 hexadecimal digits of the SHA-256 hash of the document. Other versions, or other settings of one, have
    /// another digest.</summary>
    [JsonIgnore]
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(ToUtf8()))[..10];

    /// <summary>The document as UTF-8 JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.PoolDocument);

    /// <exception cref="ContractException">It is not JSON, has an unknown schema or member, no version, a version twice, or a number out of
    /// its range; the message says where.</exception>
    public static PoolDocument Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
            throw new ContractException($"the pool has {utf8.Length} bytes; at most {MaxBytes} are read");
        ContractsJson.RequireSchema(utf8, CurrentSchema, "pool");
        var document = ContractsJson.Read(utf8, ContractsJson.Default.PoolDocument, "pool");
        if (document.Versions.Count == 0)
            throw new ContractException("versions is empty; a pool needs at least one");
        HashSet<(ModelName, ModelVersion)> seen = [];
        for (var i = 0; i < document.Versions.Count; i++)
        {
            // The annotations of a list's items are invisible to the reader.
            if (document.Versions[i] is not { } version)
                throw new ContractException($"versions[{i}] is null");
            version.Check($"versions[{i}]");
            if (!seen.Add((version.Model, version.Version)))
                throw new ContractException($"versions[{i}] is {version.Model} version {version.Version}, which is listed twice");
        }

        return document;
    }
}
