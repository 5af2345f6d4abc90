using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;

namespace ModelServing.TestKit.Hostile;

/// <summary>A token that is wrong in some way.</summary>
/// <param name="Key">The key that signs it.</param>
/// <param name="Algorithm">How it is signed.</param>
/// <param name="Head">Members of its head that replace others; null removes one.</param>
/// <param name="Claims">Claims that replace others; null removes one.</param>
/// <param name="Payload">Claims that replace others after it was signed.</param>
/// <param name="Signature">Replaces the signature; null keeps it.</param>
public sealed record HostileToken(
    string Key, string Algorithm, JsonObject Head, JsonObject Claims, JsonObject Payload, string? Signature)
{
    /// <summary>The token, issued at this time.</summary>
    public string Make(DateTimeOffset now)
    {
        var parts = TokenIssuer.Sign(
            Key, "hostile", now, claims => Replace(claims, Claims), Algorithm, head => Replace(head, Head)).Split('.');
        if (Payload.Count > 0)
        {
            var claims = (JsonObject)JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
            Replace(claims, Payload);
            parts[1] = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()));
        }

        return $"{parts[0]}.{parts[1]}.{Signature ?? parts[2]}";
    }

    internal static HostileToken Read(HostileNode node)
    {
        var token = new HostileToken(
            node.Text("key") ?? "a",
            node.Text("algorithm") ?? "RS256",
            node.Json("head"),
            node.Json("claims"),
            node.Json("payload"),
            node.Text("signature"));
        node.Close();
        return token;
    }

    private static void Replace(JsonObject into, JsonObject members)
    {
        foreach (var (name, value) in members)
        {
            if (value is null)
                into.Remove(name);
            else
                into[name] = value.DeepClone();
        }
    }
}
