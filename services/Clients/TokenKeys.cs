using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using ModelServing.Contracts;

namespace ModelServing.Clients;

/// <summary>The public keys of an issuer by their identifiers (<c>kid</c>): an immutable snapshot of a JWKS (RFC 7517).</summary>
internal sealed class TokenKeys
{
    private const int MaxKeys = 100;
    private const int LeastRsaBits = 2048;

    private readonly FrozenDictionary<string, TokenKey> byId;

    private TokenKeys(FrozenDictionary<string, TokenKey> byId) => this.byId = byId;

    internal TokenKey? Find(string id) => byId.GetValueOrDefault(id);

    /// <summary>Parses a JWKS. Leaves out keys that cannot check an accepted signature: keys without an identifier, keys for encryption,
    /// keys of other kinds (symmetric keys above all), and short keys. Ignores certificates.</summary>
    /// <exception cref="ContractException">The content is not a JWKS, or no key is left.</exception>
    internal static TokenKeys Parse(byte[] utf8)
    {
        JsonWebKeySet set;
        try
        {
            set = new JsonWebKeySet(System.Text.Encoding.UTF8.GetString(utf8));
        }
        catch (Exception e) when (e is ArgumentException or System.Text.Json.JsonException)
        {
            throw new ContractException("this is not a JWKS", e);
        }

        if (set.Keys.Count > MaxKeys)
            throw new ContractException($"there are {set.Keys.Count} keys; the limit is {MaxKeys}");
        var keys = new Dictionary<string, TokenKey>(StringComparer.Ordinal);
        foreach (var key in set.Keys)
        {
            if (string.IsNullOrEmpty(key.Kid) || key.Use is not (null or "" or "sig"))
                continue;
            if (Read(key) is { } read && !keys.TryAdd(key.Kid, new TokenKey(read, string.IsNullOrEmpty(key.Alg) ? null : key.Alg)))
                throw new ContractException("two keys have the same kid");
        }

        return keys.Count > 0
            ? new TokenKeys(keys.ToFrozenDictionary(StringComparer.Ordinal))
            : throw new ContractException(
                "there is no key with a kid for signatures by RSA (at least 2048 bits) or on one of the curves P-256, P-384 and P-521");
    }

    private static SecurityKey? Read(JsonWebKey key)
    {
        try
        {
            switch (key.Kty)
            {
                case "RSA":
                    var rsa = new RSAParameters
                    {
                        Modulus = Base64UrlEncoder.DecodeBytes(key.N),
                        Exponent = Base64UrlEncoder.DecodeBytes(key.E),
                    };
                    var rsaKey = new RsaSecurityKey(rsa) { KeyId = key.Kid };
                    return rsaKey.KeySize >= LeastRsaBits ? rsaKey : null;
                case "EC":
                    var curve = key.Crv switch
                    {
                        "P-256" => ECCurve.NamedCurves.nistP256,
                        "P-384" => ECCurve.NamedCurves.nistP384,
                        "P-521" => ECCurve.NamedCurves.nistP521,
                        _ => default,
                    };
                    if (!curve.IsNamed)
                        return null;
                    var point = new ECPoint { X = Base64UrlEncoder.DecodeBytes(key.X), Y = Base64UrlEncoder.DecodeBytes(key.Y) };
                    return new ECDsaSecurityKey(ECDsa.Create(new ECParameters { Curve = curve, Q = point })) { KeyId = key.Kid };
                default:
                    return null;
            }
        }
        catch (Exception e) when (e is CryptographicException or FormatException or ArgumentException)
        {
            // One broken key does not make the others unusable.
            return null;
        }
    }
}
