using System.Net;

namespace ModelServing.Contracts;

/// <summary>The versions' addresses on one machine. <c>ms up</c> writes it whenever a process starts or dies; the router reads
/// it.</summary>
public sealed record EndpointsDocument
{
    /// <summary>The only schema that this program writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The largest document that is read, in bytes.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    public required int Schema { get; init; }

    /// <summary>The endpoints that are ready; a version may have several.</summary>
    public required IReadOnlyList<EndpointEntry> Endpoints { get; init; }

    public static EndpointsDocument None { get; } = new() { Schema = CurrentSchema, Endpoints = [] };

    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.EndpointsDocument);

    /// <exception cref="ContractException">It is not JSON, has an unknown schema or member, or an address that is not an
    /// IP address with a port; the message says where.</exception>
    public static EndpointsDocument Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
            throw new ContractException($"the endpoints file has {utf8.Length} bytes; at most {MaxBytes} are read");
        ContractsJson.RequireSchema(utf8, CurrentSchema, "endpoints file");
        var document = ContractsJson.Read(utf8, ContractsJson.Default.EndpointsDocument, "endpoints file");
        for (var i = 0; i < document.Endpoints.Count; i++)
        {
            // The annotations of a list's items are invisible to the reader.
            if (document.Endpoints[i] is not { } entry)
                throw new ContractException($"endpoints[{i}] is null");
            if (!IPEndPoint.TryParse(entry.Address, out var address) || address.Port == 0)
                throw new ContractException($"endpoints[{i}].address '{entry.Address}' is not an IP address with a port");
        }

        return document;
    }
}
