using ModelServing.Contracts;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Clients;

/// <summary>Clients documents.</summary>
internal static class SomeClients
{
    internal const string CallerKey = "msk_caller";
    internal const string TesterKey = "msk_tester";
    internal const string ReporterKey = "msk_reporter";
    internal const string OperatorKey = "msk_operator";

    /// <summary>One client of each role.</summary>
    internal static ClientsDocument Keys(ClientLimit? callersLimit = null, bool anonymous = false) => new()
    {
        Schema = ClientsDocument.CurrentSchema,
        Anonymous = anonymous,
        Clients = new()
        {
            [ModelName.Parse("shop")] = Entry(ClientRole.Caller, CallerKey) with { Limit = callersLimit },
            [ModelName.Parse("lab")] = Entry(ClientRole.Tester, TesterKey),
            [ModelName.Parse("etl")] = Entry(ClientRole.Reporter, ReporterKey),
            [ModelName.Parse("crew")] = Entry(ClientRole.Operator, OperatorKey),
        },
    };

    internal static ClientEntry Entry(ClientRole role, params string[] keys) =>
        new() { Role = role, KeyHashes = [.. keys.Select(ApiKey.HashOf)] };

    /// <summary>The tokens of an issuer. The group <c>qa</c> makes testers, <c>etl</c> reporters, and <c>ops</c> operators.</summary>
    internal static TokenRules Tokens(TokenIssuer issuer, ClientLimit? limit = null) => new()
    {
        Issuers = [TokenIssuer.Issuer],
        Audiences = [TokenIssuer.Audience],
        KeysUri = issuer.KeysUri,
        Roles = new TokenRoles { Claim = "groups", Testers = ["qa"], Reporters = ["etl"], Operators = ["ops"] },
        Limit = limit,
    };

    internal static string Key(string key) => $"X-API-Key: {key}\r\n";

    internal static string Bearer(string token) => $"Authorization: Bearer {token}\r\n";
}
