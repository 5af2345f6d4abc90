using System.Net;

namespace ModelServing.Contracts;

/// <summary>Where the versions answer on one machine: written by <c>ms up</c> at each start or death, read by the router.</summary>
public sealed record EndpointsDocument
{
    /// <summary>The schema that this program writes, and the only one that it reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The largest document that is read, in bytes.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>The schema's number.</summary>
    public required int Schema { get; init; }

    /// <summary>The endpoints that are ready; a version may have several.</summary>
    public required IReadOnlyList<EndpointEntry> Endpoints { get; init; }

    /// <summary>No endpoint.</summary>
    public static EndpointsDocument None { get; } = new() { Schema = CurrentSchema, Endpoints = [] };

    /// <summary>The document as UTF-8 JSON.</summary>
    public byte[] ToUtf8() => ContractsJson.Write(this, ContractsJson.Default.EndpointsDocument);

    /// <summary>Reads a document.</summary>
    /// <exception cref="ContractException">It is no JSON, has an unknown schema or member, or an address that is no
    /// IP address and port.</exception>
    public static EndpointsDocument Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxBytes)
            throw new ContractException($"the endpoints file has {utf8.Length} bytes; at most {MaxBytes} are read");
        ContractsJson.RequireSchema(utf8, CurrentSchema, "endpoints file");
        var document = ContractsJson.Read(utf8, ContractsJson.Default.EndpointsDocument, "endpoints file");
        for (var i = 0; i < document.Endpoints.Count; i++)
        {
            // The annotations of a list's items are not seen by the reader.
            if (document.Endpoints[i] is not { } entry)
                throw new ContractException($"endpoints[{i}] is null");
            if (!IPEndPoint.TryParse(entry.Address, out var address) || address.Port == 0)
                throw new ContractException($"endpoints[{i}].address '{entry.Address}' is no IP address with a port");
        }

        return document;
    }
}
