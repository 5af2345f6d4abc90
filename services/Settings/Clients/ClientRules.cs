using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Clients;

/// <summary>The rules of clients that involve more than one value. Paths are relative to the namespace.</summary>
internal static class ClientRules
{
    internal static IEnumerable<SettingsFault> Check(StackSettings settings, CloudSettings? cloud)
    {
        var owners = new Dictionary<string, ModelName>(StringComparer.Ordinal);
        foreach (var (name, client) in settings.Clients)
        {
            var path = $"clients.{name}";
            if (name.Text == ClientsMaker.OperatorOfThisMachine)
                yield return Fault(path, $"'ms up' uses the name '{name}' for itself; give the client another name");
            if (client.KeyHashes.Count == 0)
                yield return Fault($"{path}.keyHashes", $"there are no keys; 'ms keys new {name}' makes one and prints how to add it");
            for (var i = 0; i < client.KeyHashes.Count; i++)
            {
                if (client.KeyHashes[i] is { } hash && !owners.TryAdd(hash, name))
                {
                    yield return Fault(
                        $"{path}.keyHashes[{i}]",
                        $"this key already belongs to {owners[hash]}; a key belongs to one client and is listed once");
                }
            }

            foreach (var fault in CheckLimit(path, client.RequestsPerSecond, client.Burst))
                yield return fault;
        }

        if (owners.Count > ClientsDocument.MaxKeys)
            yield return Fault("clients", $"there are {owners.Count} keys; the limit is {ClientsDocument.MaxKeys}");
        foreach (var fault in CheckTokens(settings.Tokens, cloud))
            yield return fault;
    }

    private static IEnumerable<SettingsFault> CheckTokens(TokenSettings? tokens, CloudSettings? cloud)
    {
        if (tokens is not null)
        {
            foreach (var fault in CheckTokenValues(tokens, isLocal: cloud is null))
                yield return fault;
        }

        if (cloud is null || !Uri.TryCreate(tokens?.KeysUri ?? cloud.Gateway?.KeysUri, UriKind.Absolute, out var uri))
            yield break;
        if (uri.Scheme != Uri.UriSchemeHttps)
        {
            yield return Fault(
                "tokens.keysUri",
                "in the cloud this must be an https address; only 'ms up' can read keys from its own machine");
        }
        else if (!cloud.Network.InternetEgress && !uri.Host.EndsWith(".oraclecloud.com", StringComparison.OrdinalIgnoreCase))
        {
            yield return Fault(
                "network.internetEgress",
                $"the routers check tokens with the keys at {uri.Host}, which they cannot reach without this; set it to true");
        }
    }

    private static IEnumerable<SettingsFault> CheckTokenValues(TokenSettings tokens, bool isLocal)
    {
        const string NoGateway = "missing: a local platform has no gateway to take it from";
        if (isLocal && tokens.KeysUri is null)
            yield return Fault("tokens.keysUri", NoGateway);
        if (isLocal && tokens.Issuers.Count == 0)
            yield return Fault("tokens.issuers", NoGateway);
        if (isLocal && tokens.Audiences.Count == 0)
            yield return Fault("tokens.audiences", NoGateway);
        if (tokens.KeysUri is { } uri && !TokenRules.IsKeysUri(uri))
            yield return Fault("tokens.keysUri", $"'{uri}' is not an address that keys can be read from");
        if (tokens.ClockSkew.Milliseconds != 0)
            yield return Fault("tokens.clockSkew", "this must be a whole number of seconds");
        if (tokens.Roles is { Testers.Count: 0, Reporters.Count: 0, Operators.Count: 0 })
            yield return Fault("tokens.roles", "missing: testers, reporters or operators, the values of the claim that grant the role");
        foreach (var fault in CheckLimit("tokens", tokens.RequestsPerSecond, tokens.Burst))
            yield return fault;
    }

    private static IEnumerable<SettingsFault> CheckLimit(string path, decimal? requestsPerSecond, int? burst)
    {
        if (requestsPerSecond is null && burst is not null)
            yield return Fault($"{path}.burst", "without requestsPerSecond there is no limit; set that too, or remove this");
        if (requestsPerSecond > 0 && burst / requestsPerSecond > ClientLimit.MaxSecondsToFill)
        {
            var rate = requestsPerSecond?.ToString(CultureInfo.InvariantCulture);
            yield return Fault($"{path}.burst", $"at {rate} requests per second, a burst of this size takes more than a day to refill");
        }
    }

    private static SettingsFault Fault(string path, string message) => new(path, message, null);
}
