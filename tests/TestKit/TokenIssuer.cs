using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelServing.TestKit;

/// <summary>An identity provider on a loopback port: it publishes its keys (JWKS) and signs tokens. Tokens are put together by hand, so
/// that they can also be wrong in every way.</summary>
public sealed class TokenIssuer : IAsyncDisposable
{
    public const string Issuer = "https://issuer.example/";
    public const string Audience = "modelserving-test";

    // By identifier, for all issuers of a test run: to make one takes long.
    private static readonly ConcurrentDictionary<string, Lazy<AsymmetricAlgorithm>> Made = new();

    private readonly ConcurrentDictionary<string, bool> published = new();
    private readonly RawServer server;
    private int fetches;

    public TokenIssuer(params ReadOnlySpan<string> keyIds)
    {
        server = RawServer.Answering(_ =>
        {
            Interlocked.Increment(ref fetches);
            return Instead ?? RawServer.Ok(Keys());
        });
        foreach (var id in keyIds)
            Publish(id);
    }

    public string KeysUri => $"http://{server.Address}/jwks";

    /// <summary>How often the keys were asked for.</summary>
    public int Fetches => Volatile.Read(ref fetches);

    /// <summary>What is answered instead of the keys; null answers them.</summary>
    public string? Instead { get; set; }

    /// <summary>Makes a key, if it is not there, and publishes it: on a curve when its identifier begins with <c>P-</c>, else RSA.</summary>
    public void Publish(string id)
    {
        _ = KeyOf(id);
        published[id] = true;
    }

    public void Withdraw(string id) => published.TryRemove(id, out _);

    /// <summary>A token of <paramref name="client"/> that is good for an hour.</summary>
    /// <param name="keyId">The key that signs it; made when it is not there, and not published by that.</param>
    /// <param name="client">Its <c>sub</c>.</param>
    /// <param name="now">When it is made.</param>
    /// <param name="edit">Changes its claims.</param>
    /// <param name="algorithm">Its <c>alg</c>.</param>
    /// <param name="head">Changes its head.</param>
    public static string Sign(string keyId, string client, DateTimeOffset now, Action<JsonObject>? edit = null, string algorithm = "RS256", Action<JsonObject>? head = null)
    {
        var claims = new JsonObject
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["sub"] = client,
            ["exp"] = now.AddHours(1).ToUnixTimeSeconds(),
        };
        edit?.Invoke(claims);
        var header = new JsonObject { ["typ"] = "JWT", ["alg"] = algorithm, ["kid"] = keyId };
        head?.Invoke(header);
        var text = $"{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(header))}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        var key = KeyOf(keyId);
        lock (key)
            return $"{text}.{Base64Url.EncodeToString(Signature(key, algorithm, Encoding.ASCII.GetBytes(text)))}";
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static AsymmetricAlgorithm KeyOf(string id) => Made.GetOrAdd(id, static id => new Lazy<AsymmetricAlgorithm>(() => id[..Math.Min(5, id.Length)] switch
    {
        "P-256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        "P-384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        "P-521" => ECDsa.Create(ECCurve.NamedCurves.nistP521),
        _ => RSA.Create(id.StartsWith("short", StringComparison.Ordinal) ? 1024 : 2048),
    })).Value;

    private string Keys()
    {
        var all = new JsonArray();
        foreach (var id in published.Keys.Order(StringComparer.Ordinal))
        {
            var key = new JsonObject { ["kid"] = id, ["use"] = "sig" };
            if (KeyOf(id) is ECDsa curve)
            {
                var point = curve.ExportParameters(includePrivateParameters: false).Q;
                (key["kty"], key["crv"], key["x"], key["y"]) = ("EC", id[..5], Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
            }
            else
            {
                var rsa = ((RSA)KeyOf(id)).ExportParameters(includePrivateParameters: false);
                (key["kty"], key["n"], key["e"]) = ("RSA", Base64Url.EncodeToString(rsa.Modulus), Base64Url.EncodeToString(rsa.Exponent));
            }

            all.Add(key);
        }

        return new JsonObject { ["keys"] = all }.ToJsonString();
    }

    private static byte[] Signature(AsymmetricAlgorithm key, string algorithm, byte[] text)
    {
        var hash = algorithm[^3..] switch { "384" => HashAlgorithmName.SHA384, "512" => HashAlgorithmName.SHA512, _ => HashAlgorithmName.SHA256 };
        return algorithm[..2] switch
        {
            "RS" => ((RSA)key).SignData(text, hash, RSASignaturePadding.Pkcs1),
            "PS" => ((RSA)key).SignData(text, hash, RSASignaturePadding.Pss),
            "ES" => ((ECDsa)key).SignData(text, hash),
            // With the public key as the secret: the attack on those who take whatever algorithm a token names.
            "HS" => HMACSHA256.HashData(Encoding.UTF8.GetBytes(((RSA)key).ExportSubjectPublicKeyInfoPem()), text),
            _ => [],
        };
    }
}
