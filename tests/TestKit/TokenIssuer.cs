using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelServing.TestKit;

/// <summary>An identity provider on a loopback port: it publishes its keys (JWKS) and signs tokens. It builds tokens by hand, so tests can
/// make them wrong in every way.</summary>
public sealed class TokenIssuer : IAsyncDisposable
{
    public const string Issuer = "https://issuer.example/";
    public const string Audience = "modelserving-test";

    // By identifier. All issuers of a test run share them, because generating a key takes long.
    private static readonly ConcurrentDictionary<string, Lazy<AsymmetricAlgorithm>> GeneratedKeys = new();

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

    /// <summary>How often the keys were fetched.</summary>
    public int Fetches => Volatile.Read(ref fetches);

    /// <summary>An answer that replaces the keys; null means that the keys are served.</summary>
    public string? Instead { get; set; }

    /// <summary>Publishes a key, and generates it first if it does not exist: on a curve if its identifier begins with <c>P-</c>, otherwise
    /// RSA.</summary>
    public void Publish(string id)
    {
        _ = FindKey(id);
        published[id] = true;
    }

    public void Withdraw(string id) => published.TryRemove(id, out _);

    /// <summary>Creates a token of <paramref name="client"/> that is valid for an hour.</summary>
    /// <param name="keyId">The key that signs it. It is generated if it does not exist, but not published.</param>
    /// <param name="client">The claim <c>sub</c>.</param>
    /// <param name="now">The time of issue.</param>
    /// <param name="edit">Changes the claims.</param>
    /// <param name="algorithm">The header's <c>alg</c>.</param>
    /// <param name="head">Changes the header.</param>
    public static string Sign(
        string keyId,
        string client,
        DateTimeOffset now,
        Action<JsonObject>? edit = null,
        string algorithm = "RS256",
        Action<JsonObject>? head = null)
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
        var text = $"{Encode(header)}.{Encode(claims)}";
        var key = FindKey(keyId);
        lock (key)
            return $"{text}.{Base64Url.EncodeToString(Signature(key, algorithm, Encoding.ASCII.GetBytes(text)))}";
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private static string Encode(JsonObject json) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(json));

    private static AsymmetricAlgorithm FindKey(string id) =>
        GeneratedKeys.GetOrAdd(id, static id => new Lazy<AsymmetricAlgorithm>(() => GenerateKey(id))).Value;

    private static AsymmetricAlgorithm GenerateKey(string id) => id[..Math.Min(5, id.Length)] switch
    {
        "P-256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        "P-384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        "P-521" => ECDsa.Create(ECCurve.NamedCurves.nistP521),
        _ => RSA.Create(id.StartsWith("short", StringComparison.Ordinal) ? 1024 : 2048),
    };

    private string Keys()
    {
        var all = new JsonArray();
        foreach (var id in published.Keys.Order(StringComparer.Ordinal))
        {
            var key = new JsonObject { ["kid"] = id, ["use"] = "sig" };
            if (FindKey(id) is ECDsa curve)
            {
                var point = curve.ExportParameters(includePrivateParameters: false).Q;
                key["kty"] = "EC";
                key["crv"] = id[..5];
                key["x"] = Base64Url.EncodeToString(point.X);
                key["y"] = Base64Url.EncodeToString(point.Y);
            }
            else
            {
                var rsa = ((RSA)FindKey(id)).ExportParameters(includePrivateParameters: false);
                key["kty"] = "RSA";
                key["n"] = Base64Url.EncodeToString(rsa.Modulus);
                key["e"] = Base64Url.EncodeToString(rsa.Exponent);
            }

            all.Add(key);
        }

        return new JsonObject { ["keys"] = all }.ToJsonString();
    }

    private static byte[] Signature(AsymmetricAlgorithm key, string algorithm, byte[] text)
    {
        var hash = algorithm[^3..] switch
        {
            "384" => HashAlgorithmName.SHA384,
            "512" => HashAlgorithmName.SHA512,
            _ => HashAlgorithmName.SHA256,
        };
        return algorithm[..2] switch
        {
            "RS" => ((RSA)key).SignData(text, hash, RSASignaturePadding.Pkcs1),
            "PS" => ((RSA)key).SignData(text, hash, RSASignaturePadding.Pss),
            "ES" => ((ECDsa)key).SignData(text, hash),
            // With the public key as the secret. This attacks a server that accepts whatever algorithm a token names.
            "HS" => HMACSHA256.HashData(Encoding.UTF8.GetBytes(((RSA)key).ExportSubjectPublicKeyInfoPem()), text),
            _ => [],
        };
    }
}
