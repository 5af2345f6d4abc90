using ModelServing.Contracts;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Models;

namespace ModelServing.Settings.Clients;

/// <summary>Turns settings into the clients document, which routers authenticate with. Equal settings give equal bytes.</summary>
public static class ClientsMaker
{
    /// <summary>The client that <c>ms up</c> adds so <c>ms</c> can call the admin API on its own machine.</summary>
    public const string OperatorOfThisMachine = "ms";

    /// <summary>Makes the document from checked settings.</summary>
    /// <param name="cloud">The settings of the cloud, whose gateway supplies the token settings that are not set; null on one
    /// machine.</param>
    public static ClientsDocument Make(StackSettings settings, CloudSettings? cloud = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var tokens = MakeTokens(settings.Tokens, cloud?.Gateway);
        var clients = new SortedDictionary<ModelName, ClientEntry>();
        foreach (var (name, client) in settings.Clients)
        {
            clients[name] = new ClientEntry
            {
                KeyHashes = client.KeyHashes,
                Role = client.Role,
                Limit = MakeLimit(client.RequestsPerSecond, client.Burst),
            };
        }

        return new ClientsDocument
        {
            Schema = ClientsDocument.CurrentSchema,
            Anonymous = settings.Anonymous ?? (clients.Count == 0 && tokens is null),
            Clients = clients,
            Tokens = tokens,
        };
    }

    /// <summary>Adds the operator of this machine, who has the key with the given hash.</summary>
    public static ClientsDocument WithOperatorOfThisMachine(this ClientsDocument document, string keyHash)
    {
        ArgumentNullException.ThrowIfNull(document);
        return document with
        {
            Clients = new SortedDictionary<ModelName, ClientEntry>(document.Clients)
            {
                [ModelName.Parse(OperatorOfThisMachine)] = new ClientEntry { KeyHashes = [keyHash], Role = ClientRole.Operator },
            },
        };
    }

    private static TokenRules? MakeTokens(TokenSettings? settings, GatewaySettings? gateway)
    {
        if (settings is null && gateway is null)
            return null;
        settings ??= new TokenSettings();
        return new TokenRules
        {
            Issuers = settings.Issuers.Count > 0 ? settings.Issuers : gateway!.Issuers,
            Audiences = settings.Audiences.Count > 0 ? settings.Audiences : gateway!.Audiences,
            KeysUri = settings.KeysUri ?? gateway!.KeysUri,
            ClockSkewSeconds = (int)settings.ClockSkew.TotalSeconds,
            ClientClaim = settings.ClientClaim,
            Roles = settings.Roles is { } roles
                ? new TokenRoles
                {
                    Claim = roles.Claim,
                    Testers = roles.Testers,
                    Reporters = roles.Reporters is { Count: > 0 } reporters ? reporters : null,
                    Operators = roles.Operators,
                }
                : null,
            Limit = MakeLimit(settings.RequestsPerSecond, settings.Burst),
        };
    }

    private static ClientLimit? MakeLimit(decimal? requestsPerSecond, int? burst) =>
        requestsPerSecond is { } rate ? new ClientLimit(rate, burst ?? Math.Max(1, (int)Math.Ceiling(rate))) : null;
}
