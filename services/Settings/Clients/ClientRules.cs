using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Clients;

/// <summary>The rules of clients that one value alone can't break. Paths are relative to the namespace.</summary>
internal static class ClientRules
{
    internal static IEnumerable<SettingsFault> Check(StackSettings settings, CloudSettings? cloud)
    {
        var owners = new Dictionary<string, ModelName>(StringComparer.Ordinal);
        foreach (var (name, client) in settings.Clients)
        {
            var path = $"clients.{name}";
            if (name.Text == ClientsMaker.OperatorOfThisMachine)
                yield return Fault(path, $"'{name}' is what 'ms up' calls itself; give the client another name");
            if (client.KeyHashes.Count == 0)
                yield return Fault($"{path}.keyHashes", $"there is none; 'ms keys new {name}' makes a key and says how to add it");
            for (var i = 0; i < client.KeyHashes.Count; i++)
            {
                if (client.KeyHashes[i] is { } hash && !owners.TryAdd(hash, name))
                    yield return Fault($"{path}.keyHashes[{i}]", $"this is the hash of a key of {owners[hash]} too; a key is one client's, and stands there once");
            }

            foreach (var fault in CheckLimit(path, client.RequestsPerSecond, client.Burst))
                yield return fault;
        }

        if (owners.Count > ClientsDocument.MaxKeys)
            yield return Fault("clients", $"there are {owners.Count} keys; there may be {ClientsDocument.MaxKeys}");
        foreach (var fault in CheckTokens(settings.Tokens, cloud))
            yield return fault;
    }

    private static IEnumerable<SettingsFault> CheckTokens(TokenSettings? tokens, CloudSettings? cloud)
    {
        const string NoGateway = "on one machine there is no gateway to have it from";
        if (tokens is not null)
        {
            if (cloud is null && tokens.KeysUri is null)
                yield return Fault("tokens.keysUri", $"missing: {NoGateway}");
            if (cloud is null && tokens.Issuers.Count == 0)
                yield return Fault("tokens.issuers", $"missing: {NoGateway}");
            if (cloud is null && tokens.Audiences.Count == 0)
                yield return Fault("tokens.audiences", $"missing: {NoGateway}");
            if (tokens.KeysUri is { } given && !TokenRules.IsKeysUri(given))
                yield return Fault("tokens.keysUri", $"'{given}' is no address that keys can be read from");
            if (tokens.ClockSkew.Milliseconds != 0)
                yield return Fault("tokens.clockSkew", "this is finer than a second");
            if (tokens.Roles is { Testers.Count: 0, Operators.Count: 0 })
                yield return Fault("tokens.roles", "missing: testers or operators, the values of the claim that make one");
            foreach (var fault in CheckLimit("tokens", tokens.RequestsPerSecond, tokens.Burst))
                yield return fault;
        }

        if (cloud is null || (tokens?.KeysUri ?? cloud.Gateway?.KeysUri) is not { } text || !Uri.TryCreate(text, UriKind.Absolute, out var uri))
            yield break;
        if (uri.Scheme != Uri.UriSchemeHttps)
            yield return Fault("tokens.keysUri", "in the cloud this has to be an https address; 'ms up' alone can read keys from its own machine");
        else if (!cloud.Network.InternetEgress && !uri.Host.EndsWith(".oraclecloud.com", StringComparison.OrdinalIgnoreCase))
            yield return Fault("network.internetEgress", $"the routers check tokens themselves and read the keys at {uri.Host}, which they don't reach without it; set it to true");
    }

    private static IEnumerable<SettingsFault> CheckLimit(string path, decimal? requestsPerSecond, int? burst)
    {
        if (requestsPerSecond is null && burst is not null)
            yield return Fault($"{path}.burst", "without requestsPerSecond there is no limit; give that too, or take this out");
        if (requestsPerSecond > 0 && burst / requestsPerSecond > ClientLimit.MaxSecondsToFill)
            yield return Fault($"{path}.burst", $"at {requestsPerSecond?.ToString(CultureInfo.InvariantCulture)} requests per second it takes more than a day until as many may come again");
    }

    private static SettingsFault Fault(string path, string message) => new(path, message, null);
}
