using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using ModelServing.Clients;
using ModelServing.Contracts;

namespace ModelServing.Functions.TrafficSplitter;

/// <summary>The routing key of a request.</summary>
internal static class CallerKey
{
    private const string Bearer = "Bearer ";

    /// <summary>Returns the key in the characters that the caller sent, or null if the request has no key. The token is not checked here,
    /// because the router refuses an invalid one.</summary>
    internal static string? Find(RolloutPlan rollout, IReadOnlyDictionary<string, string> headers)
    {
        var key = rollout switch
        {
            { RoutingKeyHeader: { } header } => headers.GetValueOrDefault(header),
            { RoutingKeyClaim: { } claim } => ClaimOf(headers.GetValueOrDefault("Authorization"), claim),
            _ => null,
        };
        return string.IsNullOrEmpty(key) ? null : key;
    }

    private static string? ClaimOf(string? authorization, string claim)
    {
        if (authorization?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) != true
            || authorization[Bearer.Length..].Trim().Split('.') is not [_, var payload, _])
            return null;
        try
        {
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromUtf8(Encoding.ASCII.GetBytes(payload)));
            return new Client("", ClientRole.Caller, claims.RootElement).RoutingKey(claim);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }
}
