using System.Globalization;
using System.Net;

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

/// <summary>A client that has API keys.</summary>
public sealed record ClientEntry
{
    /// <summary>The SHA-256 of each of its keys (<see cref="ApiKey.HashOf"/>); two while one is being replaced.</summary>
    public required IReadOnlyList<string> KeyHashes { get; init; }

    /// <summary>What it may do.</summary>
    public required ClientRole Role { get; init; }

    /// <summary>How much it may ask; null for no limit.</summary>
    public ClientLimit? Limit { get; init; }

    internal void Check(string path)
    {
        if (KeyHashes.Count == 0)
            throw new ContractException($"{path}.keyHashes is empty");
        for (var i = 0; i < KeyHashes.Count; i++)
        {
            if (!ApiKey.IsHash(KeyHashes[i]))
                throw new ContractException($"{path}.keyHashes[{i}] is no SHA-256: 64 digits of 0-9a-f");
        }

        Limit?.Check($"{path}.limit");
    }
}

/// <summary>How much a client may ask of one router process: a token bucket.</summary>
/// <param name="RequestsPerSecond">The requests per second in the long run, above 0 and at most <see cref="MaxRequestsPerSecond"/>.</param>
/// <param name="Burst">The requests that may come at once after a pause, from 1 to <see cref="MaxBurst"/>.</param>
public sealed record ClientLimit(decimal RequestsPerSecond, int Burst)
{
    /// <summary>The most requests per second that a limit may be set to.</summary>
    public const int MaxRequestsPerSecond = 1_000_000;

    /// <summary>The largest burst.</summary>
    public const int MaxBurst = 1_000_000;

    /// <summary>The least requests per second: one in about three hours.</summary>
    public const decimal MinRequestsPerSecond = 0.0001m;

    /// <summary>The longest that the bucket may take to fill again: a day.</summary>
    public const int MaxSecondsToFill = 86_400;

    internal void Check(string path)
    {
        if (RequestsPerSecond is < MinRequestsPerSecond or > MaxRequestsPerSecond)
            throw new ContractException($"{path}.requestsPerSecond is {RequestsPerSecond.ToString(CultureInfo.InvariantCulture)}; it has to be from {MinRequestsPerSecond.ToString(CultureInfo.InvariantCulture)} to {MaxRequestsPerSecond}");
        if (Burst is < 1 or > MaxBurst)
            throw new ContractException($"{path}.burst is {Burst}; it has to be from 1 to {MaxBurst}");
        if (Burst / RequestsPerSecond > MaxSecondsToFill)
            throw new ContractException($"{path}.burst is {Burst}, which takes more than a day to come back at {RequestsPerSecond.ToString(CultureInfo.InvariantCulture)} requests per second");
    }
}

/// <summary>Which tokens (JWT, signed by RS, PS or ES with SHA-256, -384 or -512) are taken, and what they say of their client.</summary>
public sealed record TokenRules
{
    /// <summary>The most that <see cref="ClockSkewSeconds"/> may be.</summary>
    public const int MaxClockSkewSeconds = 300;

    /// <summary>The issuers (<c>iss</c>) that are trusted, one at least.</summary>
    public required IReadOnlyList<string> Issuers { get; init; }

    /// <summary>The audiences (<c>aud</c>) that stand for this API, one at least.</summary>
    public required IReadOnlyList<string> Audiences { get; init; }

    /// <summary>Where the public keys are (JWKS): https, or http on a loopback address.</summary>
    public required string KeysUri { get; init; }

    /// <summary>How far the clocks of issuer and router may be apart, in seconds, from 0 to <see cref="MaxClockSkewSeconds"/>.</summary>
    public int ClockSkewSeconds { get; init; } = 60;

    /// <summary>The claim that names the client.</summary>
    public string ClientClaim { get; init; } = "sub";

    /// <summary>What makes a client more than a caller; null for nothing.</summary>
    public TokenRoles? Roles { get; init; }

    /// <summary>How much each client may ask; null for no limit.</summary>
    public ClientLimit? Limit { get; init; }

    /// <summary>True for an address that keys may be read from: https, or http on a loopback address.</summary>
    public static bool IsKeysUri(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps
            || (uri.Scheme == Uri.UriSchemeHttp && (uri.Host == "localhost" || (IPAddress.TryParse(uri.IdnHost, out var address) && IPAddress.IsLoopback(address)))));

    internal void Check(string path)
    {
        CheckTexts($"{path}.issuers", Issuers);
        CheckTexts($"{path}.audiences", Audiences);
        if (!IsKeysUri(KeysUri))
            throw new ContractException($"{path}.keysUri is '{KeysUri}'; it has to be an https address, or an http one on a loopback address");
        if (ClockSkewSeconds is < 0 or > MaxClockSkewSeconds)
            throw new ContractException($"{path}.clockSkewSeconds is {ClockSkewSeconds}; it has to be from 0 to {MaxClockSkewSeconds}");
        if (ClientClaim.Length == 0)
            throw new ContractException($"{path}.clientClaim is empty");
        Roles?.Check($"{path}.roles");
        Limit?.Check($"{path}.limit");
    }

    internal static void CheckTexts(string path, IReadOnlyList<string> texts, int least = 1)
    {
        if (texts.Count < least)
            throw new ContractException($"{path} is empty");
        for (var i = 0; i < texts.Count; i++)
        {
            if (string.IsNullOrEmpty(texts[i]))
                throw new ContractException($"{path}[{i}] is empty");
        }
    }
}

/// <summary>The claim by which a token's client is a tester or an operator.</summary>
public sealed record TokenRoles
{
    /// <summary>The claim: a text, or a list of texts. Of <c>scope</c> and <c>scp</c> each word counts.</summary>
    public required string Claim { get; init; }

    /// <summary>The values that make a tester.</summary>
    public required IReadOnlyList<string> Testers { get; init; }

    /// <summary>The values that make an operator.</summary>
    public required IReadOnlyList<string> Operators { get; init; }

    internal void Check(string path)
    {
        if (Claim.Length == 0)
            throw new ContractException($"{path}.claim is empty");
        TokenRules.CheckTexts($"{path}.testers", Testers, least: 0);
        TokenRules.CheckTexts($"{path}.operators", Operators, least: 0);
    }
}
